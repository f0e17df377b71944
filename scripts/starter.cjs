// Runs the program beside this file, NAME.bundle.cjs, with the code that V8 made of it when it was built (NAME.bundle.cache): a command starts an eighth
// sooner. An engine of another version, or one with other flags, refuses that code and compiles the program, as it does where the file is missing.
"use strict";
const { readFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { dirname } = require("node:path");
const { Script } = require("node:vm");

const file = __filename.replace(/cjs$/, "bundle.cjs");

/** @returns {Buffer | undefined} */
function compiled() {
  try {
    return readFileSync(file.replace(/cjs$/, "cache"));
  } catch {
    return undefined;
  }
}

// Code that was kept cannot import modules (Node.js 20): plug-ins are imported from here (src/plugin/importing.ts).
globalThis[Symbol.for("holdfast.import")] = (/** @type {string} */ url) => import(url);
// The bundler writes ASCII.
const script = new Script(wrap(readFileSync(file, "latin1")), { filename: file, cachedData: compiled() });
script.runInThisContext()(exports, require, module, file, dirname(file));
