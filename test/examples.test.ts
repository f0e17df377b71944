/** The examples fit the types that the package exports: what is shown to users is checked as they would check it. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { files, ROOT } from "./tidy/tree.ts";

test("the examples of plug-ins and listeners are well typed", { timeout: 300_000 }, () => {
  const examples = files(/^examples\/(plugins|listeners)\/.*\.(mjs|cjs)$/);
  assert.ok(examples.length >= 5, examples.join());
  const program = ts.createProgram(
    examples.map((file) => path.join(ROOT, file)),
    {
      allowJs: true,
      checkJs: true,
      noEmit: true,
      strict: true,
      // Parameters get their types from the function's `@type` tag; what is not typed is `any`.
      noImplicitAny: false,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      typeRoots: [path.join(ROOT, "node_modules/@types")],
      paths: {
        "holdfast/plugin": [path.join(ROOT, "src/plugin/types.ts")],
        "holdfast/listener": [path.join(ROOT, "src/listener/index.ts")],
      },
    },
  );
  const found = ts.getPreEmitDiagnostics(program).filter(({ file }) => file?.fileName.includes("/examples/"));
  const said = found.map(({ file, start = 0, messageText }) => {
    const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
    return `${path.relative(ROOT, file?.fileName ?? "")}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  assert.deepEqual(said, []);
});
