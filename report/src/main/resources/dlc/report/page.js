// SPDX-License-Identifier: Apache-2.0
// Draws the runs that the page carries; while one is under way, again and again.
"use strict";

const SHARES = new Set(["accuracy", "top5", "precision", "recall", "f1"]);
const PALETTE = ["#4269d0", "#e4572e", "#2e9e5b", "#a463f2", "#d99a00", "#1fa7a0", "#e46ba5", "#8a6d4b"];
const charts = new Map();

const escape = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const css = (name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
};
const count = (n) => Number(n).toLocaleString("en-US");
const number = (v) =>
  v == null ? "–" : v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? v.toExponential(3) : v.toFixed(4);
const figure = (name, v) => (v != null && SHARES.has(name) ? `${(100 * v).toFixed(2)}%` : number(v));
const words = (name) => name.replaceAll("_", " ").replace(/^./, (c) => c.toUpperCase());
const bytes = (n) => {
  let unit = 0;
  while (n >= 999.95 && unit < 4) { n /= 1000; unit++; }
  return `${unit ? n.toFixed(1) : n} ${["B", "kB", "MB", "GB", "TB"][unit]}`;
};
const seconds = (s) =>
  s < 1 ? `${Math.round(1000 * s)} ms` : s < 60 ? `${s.toFixed(1)} s`
    : s < 3600 ? `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
      : `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;

/** Changes an element only where something is different, so that what a reader does to it stays. */
function put(id, html) {
  const element = document.getElementById(id);
  if (element.dataset.html !== html) {
    element.dataset.html = html;
    element.innerHTML = html;
  }
}

// ---- curves

const metricNames = (run) =>
  Object.keys(run.epochs.at(-1)?.training ?? {}).filter((name) => name !== "loss" && name !== "samples");

const byEpoch = (run, part, name) => {
  const rows = run.epochs.filter((epoch) => epoch[part]?.[name] != null);
  return [rows.map((epoch) => epoch.epoch), rows.map((epoch) => epoch[part][name])];
};
const byStep = (run, name) => {
  const rows = run.steps.filter((step) => step[name] != null);
  return [rows.map((step) => step.epochs_done), rows.map((step) => step[name])];
};

/** The chart of gradient norms. A norm of 0 has no place on a logarithmic axis, so it is left out. */
function gradientNorms(curves) {
  const isAboveZero = ({ data: [, norms] }) => norms.map((norm) => norm > 0);
  const log = curves.some((curve) => isAboveZero(curve).includes(true));
  const shown = log
    ? curves.map((curve) => {
      const kept = isAboveZero(curve);
      return { ...curve, data: curve.data.map((values) => values.filter((_, i) => kept[i])) };
    })
    : curves;
  return { title: "Gradient norm", key: "gradient_norm", log, curves: shown };
}

/** The charts of one run: a title, what the values are, and curves of x and y with their colors. */
function chartsOf(run) {
  const pair = (name) => [
    { label: "training", color: "--training", data: byEpoch(run, "training", name) },
    { label: "validation", color: "--validation", data: byEpoch(run, "validation", name) },
  ];
  const list = [
    { title: "Loss", key: "loss",
      curves: [{ label: "batches", color: "--batches", width: 1, data: byStep(run, "loss") }, ...pair("loss")] },
    ...metricNames(run).map((name) => ({ title: words(name), key: name, curves: pair(name) })),
    { title: "Learning rate", key: "lr",
      curves: [{ label: "learning rate", color: "--training", data: byStep(run, "lr") }] },
    gradientNorms(
      [{ label: "gradient norm", color: "--training", width: 1.25, data: byStep(run, "gradient_norm") }]),
  ];
  return list
    .map((chart) => ({ ...chart, curves: chart.curves.filter((curve) => curve.data[0].length > 0) }))
    .filter((chart) => chart.curves.length > 0);
}

/** The charts of several runs: a color for each, validation in full lines where there is one. */
function comparedCharts(runs) {
  const names = [...new Set(["loss", ...runs.flatMap(metricNames)])];
  const curves = (name) =>
    runs.flatMap((run, r) => {
      const color = PALETTE[r % PALETTE.length];
      const validation = byEpoch(run, "validation", name);
      const training = byEpoch(run, "training", name);
      const dash = validation[0].length ? [5, 4] : [];
      return [
        { label: `${run.name}, training`, color, dash, data: training },
        { label: `${run.name}, validation`, color, data: validation },
      ];
    });
  const steps = (name) =>
    runs.map((run, r) => ({ label: run.name, color: PALETTE[r % PALETTE.length], width: 1.25, data: byStep(run, name) }));
  return [
    ...names.map((name) => ({ title: words(name), key: name, curves: curves(name) })),
    { title: "Learning rate", key: "lr", curves: steps("lr") },
    gradientNorms(steps("gradient_norm")),
  ]
    .map((chart) => ({ ...chart, curves: chart.curves.filter((curve) => curve.data[0].length > 0) }))
    .filter((chart) => chart.curves.length > 0);
}

const paint = (color) => (color.startsWith("--") ? () => css(color) : color);

/** Powers of ten; where there are few, numbers between them. */
function decades(_, __, low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const parts = last - first > 2 ? [1] : [1, 2, 5];
  const every = Math.ceil((last - first) / 8);
  const found = [];
  for (let power = first; power <= last; power += every) {
    parts.map((part) => part * 10 ** power).filter((v) => v >= low && v <= high).forEach((v) => found.push(v));
  }
  return found;
}

/** From the power of ten below to the one above; uPlot's own range ends at 1e-16. */
const wholeDecades = (_, low, high) =>
  low > 0 ? [10 ** Math.floor(Math.log10(low)), 10 ** (Math.floor(Math.log10(high)) + 1)] : [0.1, 10];

function options(chart, width) {
  const axis = {
    stroke: () => css("--faint"),
    grid: { stroke: () => css("--grid"), width: 1 },
    ticks: { stroke: () => css("--line"), width: 1, size: 5 },
    font: "12px system-ui, sans-serif",
  };
  const small = (v) => (v == null ? "" : v === 0 ? "0" : Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5
    ? String(Number(v.toPrecision(5))) : v.toExponential(0));
  const label = (v) => (SHARES.has(chart.key) ? `${Number((100 * v).toFixed(2))}%` : small(v));
  return {
    width,
    height: 280,
    scales: { x: { time: false }, y: chart.log ? { distr: 3, range: wholeDecades } : { distr: 1 } },
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    axes: [
      { ...axis, size: 34, space: 56, incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000] },
      { ...axis, size: 62, space: chart.log ? 26 : 36, ...(chart.log ? { splits: decades } : {}),
        values: (_, ticks) => ticks.map((v) => (v == null ? "" : label(v))) },
    ],
    series: [
      { label: "epoch", value: (_, v) => (v == null ? "" : Number(v.toFixed(2))) },
      ...chart.curves.map((curve) => ({
        label: curve.label,
        stroke: paint(curve.color),
        width: curve.width ?? 2,
        dash: curve.dash,
        spanGaps: true,
        points: { show: curve.data[0].length === 1 },
        value: (_, v) => (v == null ? "" : figure(chart.key, v)),
      })),
    ],
  };
}

function drawCharts(list) {
  const shape = JSON.stringify(list.map((chart) => [chart.key, chart.curves.map((curve) => [curve.label, curve.data[0].length === 1])]));
  const section = document.getElementById("curves");
  if (section.dataset.shape !== shape) {
    section.dataset.shape = shape;
    charts.forEach((drawn) => drawn.destroy());
    charts.clear();
    section.innerHTML = list.length ? `<h2>Curves <small style="color:var(--faint);font-weight:400">over epochs</small></h2>
      <div class="charts">${list.map((chart) =>
        `<div class="card chart"><h3>${escape(chart.title)}</h3><div data-chart="${chart.key}"></div></div>`).join("")}</div>` : "";
  }
  for (const chart of list) {
    const place = section.querySelector(`[data-chart="${chart.key}"]`);
    const data = uPlot.join(chart.curves.map((curve) => curve.data));
    if (charts.has(chart.key)) {
      charts.get(chart.key).setData(data);
    } else {
      charts.set(chart.key, new uPlot(options(chart, place.clientWidth), data, place));
    }
  }
}

// ---- the rest

const tile = (what, value) =>
  `<div class="card"><div class="value">${escape(value)}</div><div class="what">${escape(what)}</div></div>`;

function stateOf(run) {
  return run.live ? "running" : run.state;
}

function head(run) {
  const facts = run.facts ?? {};
  const began = facts.started ? new Date(facts.started).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "";
  put("head", `<h1>${escape(facts.model || run.name)}</h1><span class="name">${escape(run.name)}</span>
    <span class="state ${stateOf(run)}">${stateOf(run)}</span><span class="name">${escape(began)}</span>
    <button type="button" data-toggle title="light or dark">◐</button>`);
}

function tiles(run) {
  const last = run.epochs.at(-1);
  const all = [];
  const test = run.end?.test;
  const add = (part, figures) =>
    Object.entries(figures ?? {}).filter(([name]) => name !== "samples")
      .forEach(([name, value]) => all.push(tile(`${part} ${name.replaceAll("_", " ")}`, figure(name, value))));
  if (test) {
    add("test", test);
  } else {
    add("validation", last?.validation);
  }
  if (!all.length) {
    add("training", last?.training);
  }
  if (last) {
    const epochs = run.facts?.settings?.epochs;
    all.push(tile("epochs", epochs && !run.end ? `${last.epoch} of ${epochs}` : last.epoch));
    all.push(tile("steps", count(run.end?.steps ?? last.step)));
    all.push(tile("samples a second", count(Math.round(last.samples_per_second))));
  }
  if (run.end) {
    all.push(tile("training took", seconds(run.end.seconds)));
  }
  if (run.facts) {
    all.push(tile("weights", count(run.facts.weights)));
  }
  put("figures", `<div class="tiles">${all.slice(0, 12).join("")}</div>`);
}

function confusion(run) {
  const matrix = run.results?.confusion;
  if (!matrix) {
    put("confusion", "");
    return;
  }
  const names = matrix.classes;
  const isLong = names.some((name) => name.length > 4);
  const row = (a) => matrix.counts[a].reduce((sum, n) => sum + n, 0);
  const column = (p) => matrix.counts.reduce((sum, counts) => sum + counts[p], 0);
  const heads = names.map((name) => `<th class="${isLong ? "long" : ""}">${escape(name)}</th>`).join("");
  const rows = names.map((name, a) => {
    const cells = matrix.counts[a].map((n, p) => {
      const share = row(a) ? n / row(a) : 0;
      const color = a === p ? "--training" : "--validation";
      const strength = n === 0 ? 0 : Math.round(14 + 86 * Math.sqrt(share));
      const ink = strength > 60 ? "var(--card)" : "inherit";
      return `<td style="background:color-mix(in srgb, var(${color}) ${strength}%, var(--grid));color:${n ? ink : "var(--faint)"}"
        title="${escape(name)} taken for ${escape(names[p])}: ${count(n)} of ${count(row(a))}">${n ? count(n) : "·"}</td>`;
    }).join("");
    return `<tr><th>${escape(name)}</th>${cells}</tr>`;
  }).join("");
  const share = (part, whole) => (whole ? part / whole : 0);
  const percent = (v) => `${(100 * v).toFixed(1)}%`;
  const classes = names.map((name, c) => {
    const precision = share(matrix.counts[c][c], column(c));
    const recall = share(matrix.counts[c][c], row(c));
    const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
    return `<tr><td>${escape(name)}</td><td class="number">${percent(precision)}</td><td class="number">${percent(recall)}</td>
      <td class="number">${percent(f1)}</td><td class="number">${count(row(c))}</td></tr>`;
  }).join("");
  put("confusion", `<h2>Confusion matrix <small style="color:var(--faint);font-weight:400">${escape(run.results.measuredOn)} data</small></h2>
    <div class="pair"><div class="card scroll"><table class="heat"><thead>
    <tr><th></th><th class="axis" colspan="${names.length}">predicted</th></tr>
    <tr><th class="axis">actual</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
    <div class="card scroll"><table><thead><tr><th>class</th><th class="number">precision</th><th class="number">recall</th>
    <th class="number">F1</th><th class="number">samples</th></tr></thead><tbody>${classes}</tbody></table></div></div>`);
}

function wrong(run) {
  const examples = run.results?.wrong ?? [];
  if (!examples.length) {
    put("wrong", "");
    return;
  }
  const title = `<h2>Most wrong <small style="color:var(--faint);font-weight:400">${escape(run.results.measuredOn)} data</small></h2>`;
  if (examples[0].picture) {
    put("wrong", `${title}<div class="gallery">${examples.map((each) =>
      `<figure class="card"><img alt="${escape(each.actual)} taken for ${escape(each.predicted)}"
        src="data:image/png;base64,${each.picture}"><figcaption>${escape(each.actual)} <span class="said">→ ${escape(each.predicted)}</span>
        <div class="place">${escape(each.place)} · loss ${number(each.wrongness)}</div></figcaption></figure>`).join("")}</div>`);
    return;
  }
  put("wrong", `${title}<div class="card scroll"><table><thead><tr><th>sample</th><th>input</th><th>actual</th><th>predicted</th>
    <th class="number">loss</th></tr></thead><tbody>${examples.map((each) =>
      `<tr><td>${escape(each.place)}</td><td class="type">${escape(each.text ?? "")}</td><td>${escape(each.actual)}</td>
      <td>${escape(each.predicted)}</td><td class="number">${number(each.wrongness)}</td></tr>`).join("")}</tbody></table></div>`);
}

function layers(run) {
  const facts = run.facts;
  if (!facts) {
    put("layers", "");
    return;
  }
  const blank = (n) => (n ? count(n) : "");
  const flops = facts.layers.reduce((sum, layer) => sum + layer.flops, 0);
  put("layers", `<h2>Layers</h2><div class="card scroll"><table><thead><tr><th>layer</th><th>output</th><th class="number">weights</th>
    <th class="number">FLOPs a sample</th><th class="number">bytes a sample</th></tr></thead><tbody>${facts.layers.map((layer) =>
      `<tr><td>${escape(layer.name)}</td><td class="type">${escape(layer.output)}</td><td class="number">${blank(layer.weights)}</td>
      <td class="number">${blank(layer.flops)}</td><td class="number">${blank(layer.bytes)}</td></tr>`).join("")}
    <tr><td><b>all</b></td><td></td><td class="number"><b>${count(facts.weights)}</b></td><td class="number"><b>${blank(flops)}</b></td>
    <td class="number">${run.results ? `memory ${bytes(run.results.bytes)}` : ""}</td></tr></tbody></table></div>`);
}

const list = (title, entries) =>
  entries.length ? `<div class="card"><h3>${title}</h3><table>${entries.map(([name, value]) =>
    `<tr><td>${escape(name)}</td><td>${escape(value)}</td></tr>`).join("")}</table></div>` : "";

function about(run) {
  const facts = run.facts;
  if (!facts) {
    put("about", "");
    return;
  }
  const notes = run.results?.notes ?? [];
  const timings = (run.results?.timings ?? []).map((each) => [each.what, seconds(each.seconds)]);
  put("notes", notes.length ? `<div class="card notes">${notes.map((note) => `<div>${escape(note)}</div>`).join("")}</div>` : "");
  put("about", `<h2>Run</h2><div class="facts">
    ${list("Settings", Object.entries(facts.settings))}
    ${list("Data", Object.entries(facts.samples).map(([part, n]) => [part, `${count(n)} samples`]))}
    ${list("Timings", timings)}${list("Machine", Object.entries(facts.machine))}${list("Versions", Object.entries(facts.versions))}</div>
    <h2>${escape(facts.program)}</h2><div class="card"><pre class="source">${escape(facts.source)}</pre></div>`);
}

// ---- several runs

function comparison(runs) {
  put("head", `<h1>${runs.length} runs</h1><span class="name">${runs.map((run) => escape(run.facts?.model ?? "")).filter((m, i, all) => m && all.indexOf(m) === i).join(", ")}</span>
    <button type="button" data-toggle title="light or dark">◐</button>`);
  const last = (run, part) => run.epochs.findLast((epoch) => epoch[part])?.[part];
  const rows = [];
  const add = (what, values) => {
    const differs = new Set(values.map(String)).size > 1;
    rows.push(`<tr class="${differs ? "differs" : ""}"><td>${escape(what)}</td>${values.map((v) => `<td>${escape(v ?? "–")}</td>`).join("")}</tr>`);
  };
  for (const part of ["test", "validation", "training"]) {
    const figures = runs.map((run) => (part === "test" ? run.end?.test : last(run, part)));
    [...new Set(figures.flatMap((each) => Object.keys(each ?? {})))].filter((name) => name !== "samples")
      .forEach((name) => add(`${part} ${name.replaceAll("_", " ")}`, figures.map((each) => figure(name, each?.[name]))));
  }
  add("epochs trained", runs.map((run) => run.epochs.length));
  add("took", runs.map((run) => (run.end ? seconds(run.end.seconds) : "–")));
  add("weights", runs.map((run) => (run.facts ? count(run.facts.weights) : "–")));
  [...new Set(runs.flatMap((run) => Object.keys(run.facts?.settings ?? {})))]
    .forEach((name) => add(name, runs.map((run) => run.facts?.settings?.[name])));
  [...new Set(runs.flatMap((run) => Object.keys(run.facts?.machine ?? {})))]
    .forEach((name) => add(name, runs.map((run) => run.facts?.machine?.[name])));
  put("figures", `<h2>Figures and settings <small style="color:var(--faint);font-weight:400">what differs is marked</small></h2>
    <div class="card scroll"><table><thead><tr><th></th>${runs.map((run, r) =>
      `<th><span class="swatch" style="background:${PALETTE[r % PALETTE.length]}"></span>${escape(run.name)}</th>`).join("")}</tr></thead>
    <tbody>${rows.join("")}</tbody></table></div>`);
  drawCharts(comparedCharts(runs));
}

function show(runs) {
  if (runs.length > 1) {
    comparison(runs);
    return;
  }
  const [run] = runs;
  head(run);
  tiles(run);
  drawCharts(chartsOf(run));
  confusion(run);
  wrong(run);
  layers(run);
  about(run);
}

let shown = JSON.parse(document.getElementById("runs").textContent);
show(shown);

addEventListener("resize", () =>
  charts.forEach((drawn) => drawn.setSize({ width: drawn.root.parentElement.clientWidth, height: 280 })));
const repaint = () => charts.forEach((drawn) => drawn.redraw(false, true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toggle]")) {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    repaint();
  }
});

/** Asks the server of a page that is watched for what is new. */
async function follow() {
  try {
    const answer = await fetch("runs.json", { cache: "no-store" });
    if (answer.ok) {
      shown = await answer.json();
      show(shown);
    }
  } catch {
    // The server has ended; what was shown last stays.
  }
  setTimeout(follow, shown.some((run) => run.live) ? 1000 : 5000);
}
if (shown.some((run) => run.watched)) {
  follow();
}
