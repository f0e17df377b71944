// Runs the program beside this file, NAME.bundle.cjs, with the code that V8 made of it when it was built (NAME.bundle.cache): a command starts an eighth
// sooner. An engine of another version, or one with other flags, refuses that code and compiles the program, as it does where the file is missing.
"use strict";
const { readFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { dirname } = require("node:path");
const { Script, constants } = require("node:vm");

const file = __filename.replace(/cjs$/, "bundle.cjs");

/** @returns {Buffer | undefined} */
function compiled() {
  try {
    return readFileSync(file.replace(/cjs$/, "cache"));
  } catch {
    return undefined;
  }
}

// Programs import plug-ins, which is left to the loader that every other file has.
const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
// The bundler writes ASCII.
const script = new Script(wrap(readFileSync(file, "latin1")), { filename: file, cachedData: compiled(), importModuleDynamically });
script.runInThisContext()(exports, require, module, file, dirname(file));
