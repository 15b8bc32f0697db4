#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the pictures in docs/images: a report, a run that is watched, runs compared, a search,
# and a terminal.
# Needs tmux, aha, chromium and pngquant (Debian's packages of these names).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
images=$root/docs/images
scratch=$(mktemp -d)
session=dlc-screenshots-$$
watching=

finish() {
  [[ -z $watching ]] || kill "$watching" 2>/dev/null || true
  tmux -L "$session" kill-server 2>/dev/null || true
  rm -rf "$scratch"
}
trap finish EXIT

# ADDRESS WIDTH HEIGHT NAME
picture() {
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --virtual-time-budget=4000 --window-size="$2,$3" --screenshot="$scratch/$4.png" "$1" 2>/dev/null
  pngquant --force --quality 60-95 --output "$images/$4.png" "$scratch/$4.png"
  echo "docs/images/$4.png"
}

# Runs a command in a terminal: NAME COLUMNS LINES COMMAND
in_terminal() {
  tmux -L "$session" new-session -d -s "$1" -x "$2" -y "$3" "cd '$scratch' && ${*:4}; sleep 600"
}

# The terminal as a picture, without the empty lines at its end.
terminal_picture() {
  {
    echo '<!doctype html><meta charset="utf-8"><style>'
    echo 'body{margin:0;background:#14161a}pre{margin:0;padding:18px 22px;color:#e6e8ec;'
    echo 'font:14px/1.45 "DejaVu Sans Mono",monospace}</style><pre>'
    tmux -L "$session" capture-pane -e -p -t "$1" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' |
      aha --no-header --black
    echo '</pre>'
  } >"$scratch/$1.html"
  picture "file://$scratch/$1.html" "$2" "$3" "$1"
}

wait_for() {
  for _ in $(seq 600); do
    tmux -L "$session" capture-pane -p -t "$1" | grep -q "$2" && return
    sleep 0.2
  done
  echo "no '$2' in the terminal" >&2
  return 1
}

mkdir -p "$images"
cp "$root/samples/digits.dl" "$scratch/"
dlc=$root/dlc
"$dlc" --version >/dev/null # builds it

in_terminal terminal 136 30 "'$dlc' train digits.dl --batch 4 --report runs/first"
wait_for terminal 'epoch 3/5 .*left'
sleep 1
terminal_picture terminal 1200 150
wait_for terminal 'report runs/first'
picture "file://$scratch/runs/first/report.html" 1280 1500 report

(cd "$scratch" && "$dlc" train digits.dl --batch 64 --report runs/second >/dev/null 2>&1)
(cd "$scratch" && "$dlc" runs compare runs/first runs/second -o compare.html >/dev/null)
picture "file://$scratch/compare.html" 1280 1330 compare

in_terminal running 136 30 "'$dlc' train digits.dl --batch 4 --epochs 60 --report runs/long"
wait_for running 'epoch 6/60 .*left'
"$dlc" watch "$scratch/runs/long" --port 0 >"$scratch/address" &
watching=$!
for _ in $(seq 100); do
  [[ ! -s $scratch/address ]] || break
  sleep 0.2
done
picture "$(cat "$scratch/address")" 1280 900 watch
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
picture "file://$scratch/search/sweep.html" 1180 900 sweep

in_terminal check 160 20 "'$dlc' check '$root/samples/simple_cnn.dl'"
wait_for check 'trained on'
terminal_picture check 1400 245
