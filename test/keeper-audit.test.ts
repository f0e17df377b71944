/** docs/keeper-audit.md is true: it names every file of the keeper once, in an order in which they can be read, and their size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { files, lines, text } from "./tidy/tree.ts";

const AUDIT = text("docs/keeper-audit.md");
const KEEPER = files(/^keeper\/[^/]+\.[ch]$/).map((file) => file.slice("keeper/".length));
/** The first column of the table, row by row. */
const ROWS = [...AUDIT.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, names = ""]) =>
  [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
);

test("every file of the keeper stands in the table once", () => {
  assert.deepEqual(ROWS.flat().sort(), [...KEEPER].sort());
});

test("the number of lines is the true one", () => {
  const total = KEEPER.reduce((sum, file) => sum + lines(`keeper/${file}`).length, 0);
  assert.match(AUDIT, new RegExp(`\\b${total} lines of C\\b`), `docs/keeper-audit.md: the keeper has ${total} lines`);
});

test("a header includes only headers that stand above it, so there is no circle", () => {
  const place = new Map(ROWS.flatMap((row, at) => row.map((name) => [name, at] as const)));
  const astray = KEEPER.filter((file) => file.endsWith(".h")).flatMap((file) =>
    [...text(`keeper/${file}`).matchAll(/^#include "(.+)"$/gm)]
      .filter(([, included = ""]) => (place.get(included) ?? Number.POSITIVE_INFINITY) >= (place.get(file) ?? -1))
      .map(([, included]) => `${file} includes ${included}`),
  );
  assert.deepEqual(astray, []);
});
