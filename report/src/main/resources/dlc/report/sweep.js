// SPDX-License-Identifier: Apache-2.0
"use strict";

const sweep = JSON.parse(document.getElementById("sweep").textContent);
const trials = sweep.trials;
const done = trials.filter((trial) => trial.status === "done" && trial.metric != null);
const best = done[0];
const SHARES = new Set(["accuracy", "top5", "precision", "recall", "f1"]);
const isShare = SHARES.has(sweep.metric.split(".")[1]);
const SVG = "http://www.w3.org/2000/svg";

const escape = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const put = (id, html) => { document.getElementById(id).innerHTML = html; };
const small = (v) =>
  v === 0 ? "0" : Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5 ? String(Number(v.toPrecision(4))) : v.toExponential(2);
const figure = (v) => (v == null ? "–" : isShare ? `${(100 * v).toFixed(2)}%` : small(v));
const tickOf = (v) => (isShare ? `${Number((100 * v).toFixed(2))}%` : small(v));
const seconds = (s) => (s < 1 ? `${Math.round(1000 * s)} ms` : s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);

function element(parent, name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  if (text != null) {
    made.textContent = text;
  }
  parent.appendChild(made);
  return made;
}

// ---- scales

/** Places of values on an axis from 0 (low) to 1, with ticks. */
function numbers(values, isLogarithmic) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (low === high) {
    low -= Math.abs(low) / 10 || 1;
    high += Math.abs(high) / 10 || 1;
    isLogarithmic = false;
  }
  const bend = isLogarithmic && low > 0 ? Math.log10 : (v) => v;
  const from = bend(low);
  const span = bend(high) - from;
  let ticks;
  if (bend === Math.log10) {
    const parts = span > 2 ? [1] : span > 1 ? [1, 3] : [1, 2, 5];
    ticks = [];
    for (let power = Math.floor(from); power <= Math.ceil(from + span); power++) {
      parts.forEach((part) => ticks.push(part * 10 ** power));
    }
    ticks = ticks.filter((v) => v >= low * 0.999 && v <= high * 1.001);
  } else {
    const raw = span / 6;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * unit).find((m) => m >= raw);
    ticks = [];
    for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) {
      ticks.push(Math.abs(v) < step / 1e6 ? 0 : v);
    }
  }
  return { place: (v) => (bend(v) - from) / span, ticks };
}

/** The places of a few values, evenly spread. */
function choices(values) {
  const all = [...new Set(values)];
  const isNumeric = all.every((v) => v !== "" && Number.isFinite(Number(v)));
  all.sort((a, b) => (isNumeric ? a - b : a < b ? -1 : 1));
  const share = (v) => (all.length === 1 ? 0.5 : all.indexOf(v) / (all.length - 1));
  return { place: share, ticks: all };
}

function axisOf({ name, log }) {
  const values = trials.map((trial) => trial.params[name]);
  const isNumeric = values.every((v) => Number.isFinite(Number(v)));
  const few = new Set(values).size <= 6 && !log;
  const scale = few || !isNumeric ? choices(values) : numbers(values.map(Number), log);
  const read = few || !isNumeric ? (trial) => trial.params[name] : (trial) => Number(trial.params[name]);
  return { name, scale, read, label: (v) => (typeof v === "number" ? small(v) : v) };
}

const metricAxis = () => {
  const finite = done.map((trial) => trial.metric);
  return { name: sweep.metric, isMetric: true, scale: numbers(finite, !isShare && Math.min(...finite) > 0
    && Math.max(...finite) / Math.min(...finite) > 30), read: (trial) => trial.metric, label: tickOf };
};

const axes = done.length ? [...sweep.axes.map(axisOf), metricAxis()] : [];

/** Bad is pale, good is strong. */
function color(trial) {
  const share = axes.at(-1).scale.place(trial.metric);
  const good = sweep.greater ? share : 1 - share;
  return `color-mix(in oklab, var(--training) ${Math.round(12 + 88 * good ** 1.5)}%, var(--batches))`;
}

// ---- what is kept and what is lit

const kept = new Map();
let lit = null;

const isKept = (trial) =>
  [...kept].every(([index, [low, high]]) => {
    const place = axes[index].scale.place(axes[index].read(trial));
    return place >= low - 1e-9 && place <= high + 1e-9;
  });

function refresh() {
  document.querySelectorAll("[data-trial]").forEach((shape) => {
    const trial = done.find((each) => each.trial === Number(shape.dataset.trial));
    shape.classList.toggle("faded", kept.size > 0 && (!trial || !isKept(trial)));
    shape.classList.toggle("lit", lit === Number(shape.dataset.trial));
  });
  const count = kept.size ? done.filter(isKept).length : trials.length;
  put("shown", kept.size ? `${count} of ${trials.length} are in the ranges kept` : `${count}, the best first`);
}

function light(number) {
  lit = number;
  refresh();
  const front = document.querySelector(`#parallel [data-trial="${number}"]`);
  front?.parentNode.appendChild(front);
}

function hears(shape, trial) {
  shape.dataset.trial = trial.trial;
  shape.addEventListener("mouseenter", () => light(trial.trial));
  shape.addEventListener("mouseleave", () => light(null));
}

const describe = (trial) =>
  `trial ${trial.trial}: ${Object.entries(trial.params).map(([k, v]) => `${k}=${v}`).join(" ")}\n${sweep.metric} ${figure(trial.metric)}`;

// ---- parallel coordinates

function drawParallel() {
  const svg = document.getElementById("parallel");
  svg.replaceChildren();
  const width = Math.max(320, svg.parentNode.clientWidth - 32);
  const height = 400;
  const [left, right, top, bottom] = [60, 70, 44, 16];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  if (!axes.length) {
    element(svg, "text", { x: width / 2, y: height / 2, "text-anchor": "middle" }, "no trial has come to an end yet");
    return;
  }
  const x = (i) => left + ((width - left - right) * i) / (axes.length - 1);
  const y = (share) => top + (height - top - bottom) * (1 - share);
  const lines = element(svg, "g", {});
  [...done].reverse().forEach((trial) => {
    const points = axes.map((axis, i) => [x(i), y(axis.scale.place(axis.read(trial)))]);
    const path = points.reduce((d, [px, py], i) => {
      if (i === 0) {
        return `M${px},${py}`;
      }
      const [qx, qy] = points[i - 1];
      const bend = (px - qx) * 0.4;
      return `${d}C${qx + bend},${qy} ${px - bend},${py} ${px},${py}`;
    }, "");
    const line = element(lines, "path", { d: path, class: trial === best ? "trial best" : "trial", style: `stroke:${color(trial)}` });
    element(line, "title", {}, describe(trial));
    hears(line, trial);
  });
  axes.forEach((axis, i) => drawAxis(svg, axis, i, x(i), y, top, height - bottom));
}

function drawAxis(svg, axis, index, x, y, top, bottom) {
  element(svg, "line", { x1: x, x2: x, y1: top, y2: bottom, class: "axis" });
  element(svg, "text", { x, y: top - 22, "text-anchor": "middle", class: axis.isMetric ? "name metric" : "name" }, axis.name);
  const isLast = index === axes.length - 1;
  axis.scale.ticks.forEach((tick) => {
    const at = y(axis.scale.place(tick));
    element(svg, "line", { x1: x - 4, x2: x + 4, y1: at, y2: at, class: "axis" });
    element(svg, "text", { x: x + (isLast ? 9 : -9), y: at + 4, "text-anchor": isLast ? "start" : "end",
      style: "paint-order:stroke;stroke:var(--card);stroke-width:4px" }, axis.label(tick));
  });
  const box = element(svg, "rect", { x: x - 8, width: 16, y: top, height: 0, class: "kept", visibility: "hidden" });
  const show = () => {
    const range = kept.get(index);
    box.setAttribute("visibility", range ? "visible" : "hidden");
    if (range) {
      box.setAttribute("y", y(range[1]));
      box.setAttribute("height", Math.max(2, y(range[0]) - y(range[1])));
    }
  };
  const grip = element(svg, "rect", { x: x - 14, width: 28, y: top - 8, height: bottom - top + 16, class: "grip" });
  const share = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return Math.min(1.02, Math.max(-0.02, (bottom - point.y) / (bottom - top)));
  };
  grip.addEventListener("pointerdown", (down) => {
    const start = share(down);
    grip.setPointerCapture(down.pointerId);
    kept.delete(index);
    const move = (event) => {
      const end = share(event);
      if (Math.abs(end - start) > 0.01) {
        kept.set(index, [Math.min(start, end), Math.max(start, end)]);
      }
      show();
      refresh();
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", () => {
      grip.removeEventListener("pointermove", move);
      show();
      refresh();
    }, { once: true });
  });
  show();
}

// ---- curves over epochs

function drawCurves() {
  const svg = document.getElementById("curves");
  svg.replaceChildren();
  const curves = done.map((trial) => ({ trial, points: Object.entries(trial.curve).map(([e, v]) => [Number(e), v])
    .filter(([, v]) => v != null) })).filter((curve) => curve.points.length);
  put("curves-of", `${escape(sweep.metric)} over epochs`);
  const width = Math.max(320, svg.parentNode.clientWidth - 32);
  const height = 300;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  if (!curves.length) {
    return;
  }
  const [left, right, top, bottom] = [64, 14, 10, 30];
  const all = curves.flatMap((curve) => curve.points.map(([, v]) => v));
  const scale = numbers(all, !isShare && Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) > 20);
  const last = Math.max(...curves.flatMap((curve) => curve.points.map(([e]) => e)));
  const x = (epoch) => left + ((width - left - right) * (epoch - 1)) / Math.max(1, last - 1);
  const y = (v) => top + (height - top - bottom) * (1 - scale.place(v));
  scale.ticks.forEach((tick) => {
    element(svg, "line", { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: "grid" });
    element(svg, "text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, tickOf(tick));
  });
  const every = Math.max(1, Math.ceil(last / 12));
  for (let epoch = 1; epoch <= last; epoch += every) {
    element(svg, "text", { x: x(epoch), y: height - 8, "text-anchor": "middle" }, epoch);
  }
  [...curves].reverse().forEach(({ trial, points }) => {
    const attributes = { class: trial === best ? "trial best" : "trial", style: `stroke:${color(trial)}` };
    const shape = points.length === 1
      ? element(svg, "circle", { cx: x(points[0][0]), cy: y(points[0][1]), r: 3, ...attributes })
      : element(svg, "polyline", { points: points.map(([e, v]) => `${x(e)},${y(v)}`).join(" "), ...attributes });
    element(shape, "title", {}, describe(trial));
    hears(shape, trial);
  });
}

// ---- table

const columns = [
  { name: "rank", read: (t) => t.rank },
  { name: "trial", read: (t) => t.trial },
  ...sweep.axes.map(({ name }) => ({ name, read: (t) => (Number.isFinite(Number(t.params[name])) ? Number(t.params[name]) : t.params[name]),
    show: (t) => t.params[name] })),
  { name: sweep.metric, read: (t) => t.metric ?? Infinity, show: (t) => (t.status === "failed" ? t.error : figure(t.metric)) },
  { name: "epochs", read: (t) => t.epochs },
  { name: "time", read: (t) => t.seconds, show: (t) => seconds(t.seconds) },
];
let sorted = { column: 0, down: false };

function drawTable() {
  const { column, down } = sorted;
  const rows = [...trials].sort((a, b) => {
    const [p, q] = [columns[column].read(a), columns[column].read(b)];
    return (p < q ? -1 : p > q ? 1 : 0) * (down ? -1 : 1);
  });
  put("trials", `<thead><tr>${columns.map((c, i) =>
    `<th class="number ${i === column ? "sorted" : ""}" data-column="${i}">${escape(c.name)}${i === column ? (down ? " ↓" : " ↑") : ""}</th>`).join("")}</tr></thead>
    <tbody>${rows.map((t) => `<tr data-trial="${t.trial}">${columns.map((c) =>
      `<td class="number ${t.status === "failed" && c.name === sweep.metric ? "failed" : ""}">${escape((c.show ?? c.read)(t))}</td>`).join("")}</tr>`).join("")}</tbody>`);
  document.querySelectorAll("#trials [data-column]").forEach((head) => head.addEventListener("click", () => {
    const index = Number(head.dataset.column);
    sorted = { column: index, down: index === sorted.column && !sorted.down };
    drawTable();
  }));
  document.querySelectorAll("#trials [data-trial]").forEach((row) => {
    row.addEventListener("mouseenter", () => light(Number(row.dataset.trial)));
    row.addEventListener("mouseleave", () => light(null));
  });
  refresh();
}

// ---- the whole

function drawHead() {
  put("head", `<h1>Sweep of ${escape(sweep.program)}</h1><span class="name">${sweep.axes.map((a) => escape(a.name)).join(", ")}
    → ${escape(sweep.metric)}, ${sweep.greater ? "greater" : "lower"} is better</span>
    <button type="button" id="toggle" title="light or dark">◐</button>`);
  document.getElementById("toggle").addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
  });
  const tile = (what, value) => `<div class="card"><div class="value">${escape(value)}</div><div class="what">${escape(what)}</div></div>`;
  const failed = trials.filter((trial) => trial.status === "failed").length;
  put("figures", `<div class="tiles">${[
    ...(best ? [tile(`best ${sweep.metric}`, figure(best.metric)),
      ...Object.entries(best.params).map(([name, value]) => tile(`best ${name}`, value))] : []),
    tile("trials", done.length),
    ...(failed ? [tile("failed", failed)] : []),
    tile("time of all", seconds(trials.reduce((sum, trial) => sum + trial.seconds, 0))),
  ].join("")}</div>`);
}

function drawAll() {
  drawParallel();
  drawCurves();
  refresh();
}

drawHead();
drawTable();
drawAll();
addEventListener("resize", drawAll);
