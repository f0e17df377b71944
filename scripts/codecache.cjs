// Runs a bundle once, as the build's last step, and keeps the code that V8 compiled for it where scripts/starter.cjs looks:
//   node [FLAGS] codecache.cjs NAME.bundle.cjs [WORDS]
"use strict";
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { dirname } = require("node:path");
const { Script } = require("node:vm");

const [node, , file, ...words] = process.argv;
// As the starter makes it: V8 takes the code for that only.
const script = new Script(wrap(readFileSync(file, "latin1")), { filename: file });
process.on("exit", () => {
  const cache = file.replace(/cjs$/, "cache");
  writeFileSync(`${cache}.new`, script.createCachedData());
  renameSync(`${cache}.new`, cache);
});
process.argv = [node, file.replace(/bundle\.cjs$/, "cjs"), ...words];
script.runInThisContext()(exports, require, module, file, dirname(file));
