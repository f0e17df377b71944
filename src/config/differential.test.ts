/**
 * The same configurations read by the original's own classes and by ours: the same values, or the same first error. Skipped where the original is not
 * installed. What we do otherwise on purpose is written down here, case by case; docs/differences.md tells it to users.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { after, before, type TestContext, test } from "node:test";
import fc from "fast-check";
import { realAccounts } from "../daemon/doors/accounts.ts";
import { realFiles } from "../daemon/doors/files.ts";
import type { Result } from "../result.ts";
import { configText, ENVIRONMENT, includedText } from "./arbitrary.fixture.ts";
import { type LoadDoors, loadConfig } from "./load.ts";
import type { ChannelConfig, Config, ConfigError, GroupConfig, ProcessConfig } from "./model.ts";
import type { Option } from "./optionrow.ts";
import { PROGRAM, SUPERVISORD } from "./optiontable.ts";
import { LOG_LEVELS } from "./optiontypes.ts";
import { Original, type OriginalAnswer } from "./original.fixture.ts";
import { STDOUT_RESULT_HANDLER } from "./pluginnames.ts";

const RUNS = Number(process.env["DIFFERENTIAL_RUNS"] ?? 400);
const CORPUS = path.join(process.env["HOLDFAST_SHARED"] ?? path.join(import.meta.dirname, "../../../shared"), "corpus", "files");

let original: Original | null = null;
let folder = "";

before(async () => {
  original = await Original.start();
  folder = mkdtempSync(path.join(tmpdir(), "holdfast-config-"));
});

after(() => {
  original?.stop();
  rmSync(folder, { recursive: true });
});

function subject(context: TestContext): Original | null {
  if (original === null) context.skip("python3 with the package supervisor is not installed");
  return original;
}

test("CONF-065: configurations by chance are read as the original reads them, with the same texts of errors", {
  timeout: 300_000,
}, async (context) => {
  const theirs = subject(context);
  if (theirs === null) return;
  const main = path.join(folder, "main.conf");
  await fc.assert(
    fc.asyncProperty(configText, async (text) => {
      if (isLeftOut(text, theirs.version)) return;
      writeFileSync(main, text);
      await compare(theirs, main, folder);
    }),
    { numRuns: RUNS },
  );
});

test("configurations with included files are read as the original reads them", { timeout: 300_000 }, async (context) => {
  const theirs = subject(context);
  if (theirs === null) return;
  const main = path.join(folder, "including.conf");
  const included = path.join(folder, "included.conf");
  await fc.assert(
    fc.asyncProperty(
      configText,
      includedText,
      fc.constantFrom("included.conf", "inc*.conf nothing*", "%(here)s/included.conf", "included.conf included.conf"),
      async (text, more, files) => {
        if (isLeftOut(text + more, theirs.version)) return;
        writeFileSync(main, `[include]\nfiles=${files}\n${text}`);
        writeFileSync(included, more);
        await compare(theirs, main, folder);
      },
    ),
    { numRuns: RUNS },
  );
});

test("the real configurations of the corpus are read as the original reads them", { timeout: 300_000 }, async (context) => {
  const theirs = subject(context);
  if (theirs === null) return;
  if (!existsSync(CORPUS)) return context.skip("the folder shared/corpus is not beside the project");
  for (const name of readdirSync(CORPUS)) {
    const file = path.join(CORPUS, name);
    if (!isLeftOut(readFileSync(file, "utf8"), theirs.version)) await compare(theirs, file, folder);
  }
});

/** What we read otherwise on purpose, so that comparing says nothing. */
function isLeftOut(text: string, version: string): boolean {
  // Expanded twice by the original, and a second expansion that fails is none here (CONF-110).
  if (/logfile.*%%(?!%%)/.test(text)) return true;
  // Version 4.2 has another grammar of environments (CONF-157..CONF-161).
  return version.startsWith("4.2") && /^\s*environment/m.test(text);
}

async function compare(theirs: Original, file: string, cwd: string): Promise<void> {
  const answer = await theirs.read({ args: ["-c", file], cwd, environment: ENVIRONMENT });
  const ours = await loadConfig(doors(cwd), { file, flags: new Map() });
  if (answer.crash !== undefined) return;
  if (answer.error !== undefined) return compareErrors(answer.error, ours, file);
  if (!ours.ok && ours.error.every(({ message }) => message.startsWith("Could not make "))) {
    // The original notices this when it makes its servers, after reading (CONF-309).
    return assert.ok((answer["interfaces"] as [string, object][]).some(([, options]) => Object.keys(options).length > 0));
  }
  assert.ok(ours.ok, `the original reads ${file}, ours says: ${ours.ok ? "" : ours.error[0]?.message}`);
  assert.deepEqual(shapeOf(ours.value), withoutDoubles(answer), file);
  const words = (answer["warnings"] as string[]).filter((text) => !ours.value.remarks.some((remark) => remark.text === text));
  assert.deepEqual(words, [], "every warning of the original is among ours");
}

/** Plug-ins of Python are an error in both, or only in ours; texts that the original gets wrong are put right first. */
function compareErrors(error: string, ours: Result<Config, readonly ConfigError[]>, file: string): void {
  if (error.startsWith(STDOUT_RESULT_HANDLER)) return; // known here, whether the Python package is installed or not
  assert.ok(!ours.ok, `the original refuses ${file}: ${error}`);
  const first = ours.error[0]?.message ?? "";
  if (error.includes("cannot be resolved within") || error.startsWith('("EntryPoint must be in '))
    return assert.match(first, /cannot be resolved within|Python/);
  const tuple = /^\('(Bad socket format|Unix socket path) %s/.exec(error)?.[1];
  if (tuple !== undefined) return assert.ok(first.startsWith(tuple) && first.endsWith("] socket"), first);
  const member = /^\[[^\]]*\] (names unknown program.*|name .* is ambiguous.*)$/s.exec(error)?.[1];
  if (member !== undefined) return assert.ok(first.endsWith(member), `${first} ends like ${error}`);
  assert.equal(first, error);
}

function doors(cwd: string): LoadDoors {
  const birth = {
    uid: process.getuid?.() ?? 0,
    gid: 0,
    cwd,
    environment: ENVIRONMENT,
    hostName: hostname(),
    argv0: "supervisord",
    args: [],
    pid: 1,
  };
  return { files: realFiles(), accounts: realAccounts(), birth };
}

/** Our configuration in the shape of the original's answer. */
function shapeOf({ daemon, groups, servers, rpcInterfaces }: Config): Record<string, unknown> {
  return {
    daemon: { ...withoutOurs(daemon, SUPERVISORD), logLevel: LOG_LEVELS[daemon.logLevel] },
    groups: groups.map(groupShape),
    servers: servers.map((server) => {
      const login = { section: server.section, username: server.username, password: server.password };
      if (server.kind === "inet") return { ...login, host: server.host, port: server.port };
      return { ...login, file: server.file, chmod: server.mode, chown: [server.uid ?? -1, server.gid ?? -1] };
    }),
    interfaces: rpcInterfaces.map(({ name }) => name),
  };
}

function groupShape(group: GroupConfig): Record<string, unknown> {
  const shape = { name: group.name, priority: group.priority, processes: group.processes.map(processShape) };
  switch (group.kind) {
    case "programs":
      return shape;
    case "listeners":
      return { ...shape, bufferSize: group.bufferSize, events: [...group.events].sort() };
    case "fastcgi": {
      const { socket } = group;
      if (socket.kind === "tcp") return { ...shape, socket: { url: socket.url, backlog: socket.backlog, mode: null, owner: null } };
      const owner = socket.uid === null ? null : [socket.uid, socket.gid ?? -1];
      return { ...shape, socket: { url: socket.url, backlog: socket.backlog, mode: socket.mode, owner } };
    }
  }
}

function processShape({ stdout, stderr, ...rest }: ProcessConfig): Record<string, unknown> {
  return { ...withoutOurs(rest, PROGRAM), stdout: channelShape(stdout), stderr: channelShape(stderr) };
}

/** Without the fields of options that the original does not have. */
function withoutOurs(fields: object, rows: Readonly<Record<string, Option>>): Record<string, unknown> {
  const ours = new Set(Object.values(rows).flatMap(({ isOurs, member }) => (isOurs === true ? [member?.field] : [])));
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !ours.has(field)));
}

function channelShape({ logfile, ...rest }: ChannelConfig): Record<string, unknown> {
  return { ...withoutOurs(rest, PROGRAM), logfile: logfile.kind === "file" ? logfile.path : logfile.kind === "auto" ? "auto" : null };
}

/** Groups and processes that the original keeps in its lists and never uses: a second one of the same name (CONF-217, CONF-269). */
function withoutDoubles(answer: OriginalAnswer): Record<string, unknown> {
  type Named = { readonly name: string; readonly processes?: readonly Named[] };
  const groups = (answer["groups"] as Named[]).filter((group, at, all) => all.findIndex(({ name }) => name === group.name) === at);
  const lastOnes = (processes: readonly Named[]): Named[] => [...new Map(processes.map((process) => [process.name, process])).values()];
  const { daemon, servers } = answer as Record<string, unknown>;
  const interfaces = (answer["interfaces"] as [string, object][]).map(([name]) => name);
  return { daemon, servers, interfaces, groups: groups.map((group) => ({ ...group, processes: lastOnes(group.processes ?? []) })) };
}
