/**
 * The rules of the house that no other tool knows, as tests (CONTRIBUTING.md). What a rule forbids is said with what to do instead. Exceptions to
 * sizes stand in tidy/limits.json and only shrink.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { HOLDFAST_VERSION } from "../src/version.ts";
import { BANS } from "./tidy/bans.ts";
import { functions, imports, linesOfTexts, worldNames } from "./tidy/syntax.ts";
import { FILES, files, lines, productFiles, ROOT, text } from "./tidy/tree.ts";

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** Biome wraps code at 140; this is for what it does not wrap. A long text that programs or people look for stays in one piece. */
const LINE_COLUMNS_MAX = 160;
const LONG_TEXT = /(["'`])(?:(?!\1).){60,}\1/g;
/** Lists that are read row by row, not from end to end. */
const TABLE = /\/(table|optiontable)\.ts$/;
/** For tests and for what they wait for: more than ten times what any of them needs. */
const TEST_LIMIT_MS_MIN = 120_000;
/** Without its tests: to be read in one sitting. It is larger (docs/keeper-audit.md), so limits.json holds it where it is. */
const KEEPER_LINES_MAX = 1800;

const CODE = /^(src|test|web|keeper|launcher|scripts|examples)\/.*\.(ts|tsx|mjs|js|c|h)$/;
const TEXT = /\.(ts|tsx|mjs|cjs|js|c|h|json|md|conf|css|html|sh)$|^(\.ci\/|\.gitignore$)/;

type Exceptions = Readonly<Record<string, number>>;
const LIMITS = JSON.parse(text("test/tidy/limits.json")) as { files: Exceptions; functions: Exceptions; keeper: Exceptions };

/** Fails with every finding, one a line. */
function none(findings: readonly string[], rule: string): void {
  assert.ok(findings.length === 0, `${rule}\n${findings.map((each) => `  ${each}`).join("\n")}`);
}

test("the world is used at the doors only", () => {
  const found = productFiles().flatMap((file) =>
    worldNames(file).flatMap(({ line, what }) => {
      const ban = BANS.find(({ name, allowed }) => name.test(what) && !allowed.test(file));
      return ban === undefined ? [] : [`${file}:${line}: ${what}; use ${ban.instead}`];
    }),
  );
  none(found, "banned here:");
});

test("the rooms' rules notice an import that goes the wrong way, and node:fs in a pure room", { timeout: 300_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-tidy-"));
  try {
    for (const room of ["process", "daemon", "unheard-of"]) mkdirSync(path.join(folder, "src", room), { recursive: true });
    writeFileSync(path.join(folder, "tsconfig.json"), "{}");
    writeFileSync(path.join(folder, "src/daemon/main.ts"), "export const main = 1;\n");
    writeFileSync(path.join(folder, "src/process/state.ts"), 'import "node:fs";\nexport * from "../daemon/main.ts";\n');
    writeFileSync(path.join(folder, "src/unheard-of/a.ts"), 'export * from "../daemon/main.ts";\n');
    const said = cruise(folder);
    for (const rule of ["room-process", "pure-rooms-have-no-world", "world-only-at-the-doors", "every-room-has-rules"])
      assert.match(said, new RegExp(`error ${rule}:`));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function cruise(cwd: string): string {
  const args = [
    path.join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
    "--config",
    path.join(ROOT, ".dependency-cruiser.cjs"),
    "src",
  ];
  try {
    return execFileSync(process.execPath, args, { cwd, encoding: "utf8" });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test("no file is left that nobody imports", () => {
  const used = new Set<string>();
  const use = (file: string): void => {
    if (used.has(file) || !FILES.includes(file)) return;
    used.add(file);
    for (const name of imports(file)) if (name.startsWith(".")) use(path.join(path.dirname(file), name));
  };
  const entries = ["scripts/bundles.mjs", "scripts/docs.mjs"].flatMap((script) => [...text(script).matchAll(/"(src\/[^"]+\.ts)"/g)]);
  for (const [, entry = ""] of entries) use(entry);
  const product = productFiles();
  none(
    product.filter((file) => !used.has(file)),
    "neither a program nor npm run docs needs this; remove it, or import it:",
  );
});

test("fixtures are used by a test", () => {
  const tests = files(/^(src|test)\/.*\.ts$/);
  const unused = files(/\.fixture\.ts$/).filter(
    (file) => !tests.some((other) => other !== file && text(other).includes(path.basename(file, ".ts"))),
  );
  none(unused, "no test names this fixture:");
});

test("every test file has a test", () => {
  none(
    files(/^(src|test)\/.*\.test\.ts$/).filter((file) => !/\b(test|it)\(/.test(text(file))),
    "no test in:",
  );
});

test("a limit on time only matters when what is waited for never comes", () => {
  const short = files(/^(src|test)\/.*\.ts$/).flatMap((file) =>
    lines(file).flatMap((line, at) => {
      const limit = /\btimeout: ([\d_]+)|\bDEADLINE_MS = ([\d_]+)/.exec(line);
      const ms = Number((limit?.[1] ?? limit?.[2] ?? "Infinity").replaceAll("_", ""));
      return /\.(test|fixture)\.ts$|^test\//.test(file) && ms < TEST_LIMIT_MS_MIN ? [`${file}:${at + 1}: ${line.trim()}`] : [];
    }),
  );
  none(short, `the machine may be busy: at least ${TEST_LIMIT_MS_MIN} ms:`);
});

test("nothing is left to be done in a comment", () => {
  const marks = new RegExp(`\\b(${["FIX" + "ME", "TO" + "DO", "X" + "XX"].join("|")})\\b`);
  none(
    files(CODE).flatMap((file) => lines(file).flatMap((line, at) => (marks.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : []))),
    "do it, or file an issue and remove the mark:",
  );
});

test("lines are not longer than a page is wide", () => {
  const long = files(CODE).flatMap((file) => {
    const found = lines(file).flatMap((line, at) => (columns(line) > LINE_COLUMNS_MAX ? [at] : []));
    const texts = found.length > 0 && file.endsWith(".ts") ? linesOfTexts(file) : new Set<number>();
    return found.filter((at) => !texts.has(at)).map((at) => `${file}:${at + 1}`);
  });
  none(long, `at most ${LINE_COLUMNS_MAX} columns:`);
});

function columns(line: string): number {
  return [...line.replaceAll(LONG_TEXT, "")].length;
}

test("files and functions stay short; exceptions only shrink", () => {
  const sources = files(/^(src|test|web|keeper|launcher|scripts)\/.*\.(ts|tsx|mjs|c|h)$/).filter((file) => !TABLE.test(file));
  const lengths = new Map(sources.map((file) => [file, lines(file).length]));
  none(ratchet(lengths, LIMITS.files, FILE_LINES_MAX), `files have at most ${FILE_LINES_MAX} lines:`);
  const functionLengths = new Map<string, number>();
  for (const file of files(/^(src|web)\/.*\.tsx?$/)) {
    for (const { name, lines: length } of functions(file)) {
      const key = `${file} ${name}`;
      functionLengths.set(key, Math.max(length, functionLengths.get(key) ?? 0));
    }
  }
  none(ratchet(functionLengths, LIMITS.functions, FUNCTION_LINES_MAX), `functions have at most ${FUNCTION_LINES_MAX} lines:`);
});

/** An exception is the length that a thing has now: it may not grow, and it goes when it is no longer needed. */
function ratchet(lengths: ReadonlyMap<string, number>, exceptions: Exceptions, max: number): string[] {
  const grown = [...lengths]
    .filter(([name, length]) => length > (exceptions[name] ?? max))
    .map(([name, length]) => `${name}: ${length} (allowed: ${exceptions[name] ?? max})`);
  const idle = Object.entries(exceptions).flatMap(([name, allowed]) => {
    const length = lengths.get(name) ?? 0;
    if (length <= max) return [`${name}: remove it from test/tidy/limits.json`];
    return length < allowed ? [`${name}: lower its exception in test/tidy/limits.json to ${length}`] : [];
  });
  return [...grown, ...idle];
}

test("the keeper does not grow", () => {
  const total = files(/^keeper\/[^/]+\.[ch]$/).reduce((sum, file) => sum + lines(file).length, 0);
  none(
    ratchet(new Map([["keeper/", total]]), LIMITS.keeper, KEEPER_LINES_MAX),
    `keeper/*.c and *.h have at most ${KEEPER_LINES_MAX} lines:`,
  );
});

test("no path of a machine and no registry's host is written down", () => {
  const traces = new RegExp(
    ["/work" + "/(main|shared|\\.library|\\.mirror)", "/root" + "/\\.", "registry\\.npm" + "js", "deb\\.debian" + "\\.org"].join("|"),
  );
  none(
    files(TEXT).flatMap((file) => lines(file).flatMap((line, at) => (traces.test(line) ? [`${file}:${at + 1}`] : []))),
    "this belongs to one machine:",
  );
});

test("the lock file names no host", () => {
  assert.ok(!text("package-lock.json").includes('"resolved"'), "package-lock.json: install with omit-lockfile-registry-resolved=true");
});

test("each package is imported by one file", () => {
  const foreign = productFiles().flatMap((file) => imports(file).flatMap((name) => (/^(\.|node:)/.test(name) ? [] : [{ file, name }])));
  for (const { name } of foreign) {
    const users = foreign.filter((other) => other.name === name).map(({ file }) => file);
    assert.equal(users.length, 1, `${name} is imported by ${users.join(", ")}`);
  }
});

test("PKG-001: nothing has to be installed beside the package, and nothing runs when it is installed", () => {
  const { dependencies, scripts } = JSON.parse(text("package.json")) as Record<string, Record<string, string> | undefined>;
  assert.equal(dependencies, undefined);
  none(
    ["preinstall", "install", "postinstall", "prepare"].filter((name) => scripts?.[name] !== undefined),
    "an install script:",
  );
});

test("one version everywhere", () => {
  const { version } = JSON.parse(text("package.json")) as { version: string };
  assert.equal(HOLDFAST_VERSION, version, "src/version.ts");
  assert.match(
    text("CHANGELOG.md"),
    new RegExp(`^## (${version.replaceAll(".", "\\.")}|Unreleased)`, "m"),
    "CHANGELOG.md has no section for it",
  );
});

test("each word of the glossary is used where it says, and those that it replaced are gone", () => {
  const product = files(/^((keeper|launcher)\/[^/]+\.[ch]|src\/.*\.ts)$/);
  const usersOf = (word: string, room: string) => {
    const pattern = new RegExp(`(?<![a-z])${word.replaceAll(" ", "[ _-]?")}`, "i");
    return product.filter((file) => file.startsWith(room) && (pattern.test(path.basename(file)) || pattern.test(text(file))));
  };
  const rows = [...text("docs/architecture.md").matchAll(/^\| ([^|]+) \| [^|]+ \| `((?:src\/|keeper)[^`]*)` \| ([^|]*)\|$/gm)];
  assert.ok(rows.length >= 20, "docs/architecture.md, Words");
  for (const [, word = "", room = "", instead = ""] of rows) {
    assert.notEqual(usersOf(word, room).length, 0, `${word} is not used in ${room}`);
    if (instead.trim() !== "") none(usersOf(instead.trim(), ""), `say ${word} instead of ${instead.trim()}:`);
  }
});
