// SPDX-License-Identifier: Apache-2.0

// Tokenizes programs with the engine of VS Code.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");
const here = (path) => new URL(path, import.meta.url);

await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () =>
    textmate.parseRawGrammar(readFileSync(here("../syntaxes/dl.tmLanguage.json"), "utf8"), "dl.json"),
});
const grammar = await registry.loadGrammar("source.dl");

/** Words with the last of their scopes. */
function tokens(text) {
  let state = textmate.INITIAL;
  const found = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, state);
    for (const token of result.tokens) {
      const word = line.slice(token.startIndex, token.endIndex);
      if (word.trim()) {
        found.push([word.trim(), token.scopes.at(-1)]);
      }
    }
    state = result.ruleStack;
  }
  return { found, depth: state.depth };
}

function scope(text, word) {
  const token = tokens(text).found.find(([each]) => each === word);
  assert.ok(token, `${word} is no token of its own`);
  return token[1];
}

const PROGRAM = `
/// A doc comment.
param width: int = 64
layer block(size: int, slope = 0.5) {
  let x = it
  weight w: f32[size] = zeros
  norm1: layernorm(eps=1e-5)
  if size != 1 and training { it = it + x } // why
}
model Net(image: f32[3, 32, 32]) -> f32[10] { repeat 4 { block(width) } }
train Net {
  data      csv("a\\n.csv", label="y")
  optimizer sgd(lr=0.1)
}
layer after { relu }
`;

test("words have the scopes that themes color", () => {
  const expected = {
    "/// A doc comment.": "comment.line.documentation.dl",
    param: "keyword.declaration.dl",
    width: "variable.other.constant.dl",
    int: "storage.type.dl",
    64: "constant.numeric.integer.dl",
    block: "entity.name.function.dl",
    let: "keyword.other.dl",
    x: "variable.other.dl",
    it: "variable.language.dl",
    weight: "storage.modifier.dl",
    w: "variable.other.member.dl",
    norm1: "entity.name.label.dl",
    layernorm: "entity.name.function.call.dl",
    eps: "variable.parameter.dl",
    "1e-5": "constant.numeric.float.dl",
    if: "keyword.control.dl",
    and: "keyword.operator.word.dl",
    training: "variable.language.dl",
    "// why": "comment.line.double-slash.dl",
    Net: "entity.name.type.dl",
    f32: "storage.type.dl",
    "->": "keyword.operator.dl",
    repeat: "keyword.control.dl",
    train: "keyword.declaration.dl",
    data: "keyword.other.setting.dl",
    optimizer: "keyword.other.setting.dl",
    sgd: "entity.name.function.call.dl",
    lr: "variable.parameter.dl",
    "\\n": "constant.character.escape.dl",
    after: "entity.name.function.dl",
  };
  for (const [word, wanted] of Object.entries(expected)) {
    assert.equal(scope(PROGRAM, word), wanted, word);
  }
});

test("what begins ends, in all programs", () => {
  const folders = ["../../../samples/", "../../../frontend/src/main/resources/dlc/std/"];
  let count = 0;
  for (const folder of folders) {
    for (const name of readdirSync(here(folder)).filter((each) => each.endsWith(".dl"))) {
      const { found, depth } = tokens(readFileSync(here(folder + name), "utf8"));
      assert.equal(depth, 1, `${name} ends within a comment, a string or a section`);
      const settings = found.filter(([, scopeOf]) => scopeOf === "keyword.other.setting.dl");
      const trains = found.filter(([word, s]) => word === "train" && s === "keyword.declaration.dl");
      assert.ok(trains.length === 0 || settings.length >= 3, `${name} has settings`);
      count++;
    }
  }
  assert.ok(count > 25);
});

test("the settings are those that dlc knows", () => {
  const known = readFileSync(
    here("../../../frontend/src/main/java/dlc/frontend/elaborate/Settings.java"), "utf8");
  const names = [...known.split("KNOWN =")[1].split(");")[0].matchAll(/"(\w+)"/g)].map((m) => m[1]);
  assert.ok(names.length > 15);
  for (const name of names) {
    assert.equal(scope(`train M {\n  ${name} 1\n}`, name), "keyword.other.setting.dl");
  }
});
