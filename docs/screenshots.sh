#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the pictures in docs/images: a report, a run that is watched, runs compared, a search,
# and a terminal.
# Needs tmux, aha, chromium and pngquant (Debian's packages of these names), and a JDK 25.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
images=$root/docs/images
scratch=$(mktemp -d)
session=dlc-screenshots-$$
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
watching=

finish() {
  [[ -z $watching ]] || kill "$watching" 2>/dev/null || true
  tmux -L "$session" kill-server 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

# A window is higher than its page by this, which a picture holds as well, empty or not painted.
frame=87
cat >"$scratch/Cut.java" <<'END'
void main(String[] arguments) throws Exception {
  var file = new java.io.File(arguments[0]);
  var image = javax.imageio.ImageIO.read(file);
  int height = image.getHeight() - Integer.parseInt(arguments[1]);
  javax.imageio.ImageIO.write(image.getSubimage(0, 0, image.getWidth(), height), "png", file);
}
END

# ADDRESS WIDTH HEIGHT NAME
picture() {
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --virtual-time-budget=4000 --window-size="$2,$(($3 + frame))" --screenshot="$scratch/$4.png" "$1" 2>/dev/null
  "$java" "$scratch/Cut.java" "$scratch/$4.png" "$frame"
  pngquant --force --quality 60-95 --output "$images/$4.png" "$scratch/$4.png"
  echo "docs/images/$4.png"
}

# Runs a command in a terminal: NAME COLUMNS LINES COMMAND
in_terminal() {
  tmux -L "$session" new-session -d -s "$1" -x "$2" -y "$3" "cd '$scratch' && ${*:4}; sleep 600"
}

# Keeps the terminal as it is when it first shows some text: NAME TEXT
wait_for() {
  for _ in $(seq 900); do
    tmux -L "$session" capture-pane -e -p -t "$1" >"$scratch/$1.pane"
    ! sed 's/\x1b[^m]*m//g' "$scratch/$1.pane" | grep -qE "$2" || return 0
    sleep 0.1
  done
  echo "no '$2' in the terminal" >&2
  return 1
}

# What was kept of a terminal, without the empty lines at its end: NAME WIDTH PICTURE
terminal_picture() {
  sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$scratch/$1.pane" >"$scratch/$1.lines"
  {
    echo '<!doctype html><meta charset="utf-8"><style>'
    echo 'body{margin:0;background:#14161a}pre{margin:0;padding:18px 22px;color:#e6e8ec;'
    echo 'font:14px/20px "DejaVu Sans Mono",monospace}</style><pre>'
    aha --no-header --black <"$scratch/$1.lines"
    echo '</pre>'
  } >"$scratch/$1.html"
  picture "file://$scratch/$1.html" "$2" $((20 * $(wc -l <"$scratch/$1.lines") + 36)) "$3"
}

mkdir -p "$images"
cp "$root/samples/digits.dl" "$scratch/"
sed 's/10_000/60_000/; s/epochs    5/epochs    4/' "$scratch/digits.dl" >"$scratch/many.dl"
dlc=$root/dlc
"$dlc" --version >/dev/null # builds it

# The line that lives ends in the time left; those that stay end otherwise, or say "samples/s".
in_terminal terminal 136 40 "'$dlc' train many.dl --batch 4 --no-report"
wait_for terminal 'epoch 3/4 +[5-8][0-9]%.*[0-9]/s  left'
terminal_picture terminal 1190 terminal
wait_for terminal '^9 .*%'
terminal_picture terminal 1190 matrix

in_terminal first 136 40 "'$dlc' train digits.dl --batch 4 --report runs/first"
wait_for first 'report runs/first'
picture "file://$scratch/runs/first/report.html" 1280 3310 report

(cd "$scratch" && "$dlc" train digits.dl --batch 64 --report runs/second >/dev/null 2>&1)
(cd "$scratch" && "$dlc" runs compare runs/first runs/second -o compare.html >/dev/null)
picture "file://$scratch/compare.html" 1280 1730 compare

in_terminal running 136 30 "'$dlc' train many.dl --batch 4 --epochs 60 --report runs/long"
wait_for running 'epoch 6/60 .*[0-9]/s  left'
"$dlc" watch "$scratch/runs/long" --port 0 >"$scratch/address" &
watching=$!
for _ in $(seq 100); do
  [[ ! -s $scratch/address ]] || break
  sleep 0.2
done
picture "$(cat "$scratch/address")" 1280 985 watch
tmux -L "$session" send-keys -t running C-c

cat >"$scratch/points.dl" <<'END'
param lr: float = 0.01
param width: int = 16
param act: string = "tanh"

model Points(point: f32[2]) -> f32[3] {
  linear(width)
  if act == "tanh" { tanh } else { relu }
  linear(3)
}

train Points {
  data      spirals(classes=3, count=600)
  split     validation=0.2
  loss      cross_entropy
  optimizer adam(lr=lr)
  batch     32
  epochs    9
  metrics   accuracy
  seed      1
}
END
(cd "$scratch" && "$dlc" sweep points.dl -D lr="log(1e-4..1e-1)" -D width=8,16,32 -D act=tanh,relu --trials 12 \
  --metric validation.accuracy --out search >/dev/null 2>&1)
picture "file://$scratch/search/sweep.html" 1180 1640 sweep

in_terminal check 160 20 "'$dlc' check '$root/samples/simple_cnn.dl'"
wait_for check 'trained on'
terminal_picture check 1400 check
