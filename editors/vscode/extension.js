// SPDX-License-Identifier: Apache-2.0

// Starts `dlc lsp` and lets it answer what the editor asks about dl files.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function start() {
  const command = vscode.workspace.getConfiguration("dlc").get("path", "dlc");
  client = new LanguageClient(
    "dlc",
    "dl",
    { command, args: ["lsp"] },
    { documentSelector: [{ language: "dl" }] }
  );
  try {
    await client.start();
  } catch (failure) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(
      `dl: '${command} lsp' does not start (${failure.message ?? failure}). ` +
        "Set dlc.path to the dlc command.",
      "Open Settings"
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "dlc.path");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("dlc.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("dlc.path")) {
        return restart();
      }
    })
  );
  await start();
};

exports.deactivate = stop;
