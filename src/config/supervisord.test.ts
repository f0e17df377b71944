import assert from "node:assert/strict";
import { test } from "node:test";
import { SUPERVISOR_VERSION } from "../version.ts";
import { MAIN, readArgs, type World, world } from "./load.fixture.ts";
import { readSupervisordArguments, SUPERVISORD_PROGRAM, type SupervisordCommand } from "./supervisord.ts";

function parse(...args: string[]): Promise<SupervisordCommand> {
  return readSupervisordArguments(world({ args }));
}

/** Name and text of the only flag. */
async function flag(...args: string[]): Promise<readonly [string, string | null]> {
  const command = await parse(...args);
  assert.ok("flags" in command, JSON.stringify(command));
  const [one, ...more] = [...command.flags.values()];
  assert.ok(one !== undefined && more.length === 0);
  return [one.name, one.text];
}

async function refused(...args: string[]): Promise<string> {
  const command = await parse(...args);
  return command.kind === "wrong" ? (command.errors[0]?.message ?? "") : `${command.kind} instead of an error`;
}

/** A flag with a value, in both forms. */
async function takes(short: string | null, long: string, text: string): Promise<void> {
  const name = long === "configuration" ? "configfile" : long;
  if (short !== null) assert.deepEqual(await flag(short, text), [name, text]);
  assert.deepEqual(await flag(`--${long}=${text}`), [name, text]);
}

async function switches(short: string, long: string): Promise<void> {
  assert.deepEqual(await flag(short), [long, null]);
  assert.deepEqual(await flag(`--${long}`), [long, null]);
}

test("CLI-018: -c", () => takes("-c", "configuration", "/x"));
test("CLI-019: -n", () => switches("-n", "nodaemon"));
test("CLI-020: -s", () => switches("-s", "silent"));

test("CLI-021: -h, --help, -?", async () => {
  for (const args of [["-h"], ["--help"], ["-?"]]) {
    const command = await parse(...args);
    assert.equal(command.kind, "help");
    assert.ok("text" in command && command.text.includes("Usage: /usr/bin/supervisord [options]\n"));
  }
});

test("CLI-022: -v prints the version that clients compare", async () => {
  for (const args of [["-v"], ["--version"]]) assert.deepEqual(await parse(...args), { kind: "version", text: `${SUPERVISOR_VERSION}\n` });
});

test("CLI-023: -u is checked after the file, without the words about flags", async () => {
  await takes("-u", "user", "nosuch");
  const message = async (user: string) => {
    const result = await readArgs(["-c", MAIN, "-u", user], { files: { [MAIN]: "[supervisord]\n" } });
    return result.ok ? String(result.value.daemon.uid) : result.error[0]?.message;
  };
  assert.equal(await message("nope"), "Invalid user name nope");
  assert.equal(await message("99"), "Invalid user id 99");
  assert.equal(await message("web"), "33");
});

test("CLI-024: -m", async () => {
  await takes("-m", "umask", "077");
  assert.equal(await refused("-m", "8"), "invalid value for -m '8': 8 can not be converted to an octal type");
});

test("CLI-025: -d must exist", async () => {
  await takes("-d", "directory", "/tmp");
  assert.equal(await refused("-d", "/nope"), "invalid value for -d '/nope': /nope is not an existing directory");
  assert.equal(await refused("--directory="), "invalid value for --directory '':  is not an existing directory");
});

test("CLI-026: -l: its folder must exist; syslog is special", async () => {
  await takes("-l", "logfile", "/tmp/x");
  await takes("-l", "logfile", "syslog");
  assert.equal(
    await refused("-l", "/nope/x"),
    "invalid value for -l '/nope/x': The directory named as part of the path /nope/x does not exist",
  );
});

test("CLI-028: -y", async () => {
  await takes("-y", "logfile_maxbytes", "0");
  assert.equal(await refused("-y", "1TB"), "invalid value for -y '1TB': invalid literal for int() with base 10: '1tb'");
});
test("CLI-029: -z", () => takes("-z", "logfile_backups", "0"));
test("CLI-030: -e", async () => {
  await takes("-e", "loglevel", "WARN");
  assert.equal(await refused("-e", "nope"), "invalid value for -e 'nope': bad logging level name 'nope'");
});
test("CLI-031: -j: its folder must exist", async () => {
  await takes("-j", "pidfile", "/tmp/p");
  assert.match(await refused("-j", "/nope/p"), /^invalid value for -j '\/nope\/p': The directory named/);
});
test("CLI-032: -i", () => takes("-i", "identifier", "any text"));
test("CLI-033: -q must exist", async () => {
  await takes("-q", "childlogdir", "/tmp");
  assert.match(await refused("-q", "/nope"), /is not an existing directory$/);
});
test("CLI-034: -k", () => switches("-k", "nocleanup"));
test("CLI-035: -a", async () => {
  await takes("-a", "minfds", "7");
  assert.match(await refused("-a", "x"), /^invalid value for -a 'x'/);
});
test("CLI-036: -t", () => switches("-t", "strip_ansi"));
test("CLI-037: --minprocs has no short form", async () => {
  await takes(null, "minprocs", "7");
  assert.equal(SUPERVISORD_PROGRAM.flags.find(({ name }) => name === "minprocs")?.short, null);
});
test("CLI-038, CLI-039: --profile_options is taken, with any text, and does nothing", async () => {
  await takes(null, "profile_options", "cumulative,callers");
  await takes(null, "profile_options", "");
});

test("CLI-041: no flag for environment, servers, programs", async () => {
  for (const name of ["environment", "port", "command"]) assert.equal(await refused(`--${name}`), `option --${name} not recognized`);
});

test("CLI-042: names of long flags have underscores", async () => {
  for (const name of ["logfile_maxbytes", "logfile_backups", "strip_ansi"])
    assert.ok(
      SUPERVISORD_PROGRAM.flags.some(({ long }) => long === name),
      name,
    );
});

test("CLI-043: words that are no flags are refused", async () => {
  assert.equal(await refused("foo", "-n"), "positional arguments are not supported: ['foo', '-n']");
});

test("CLI-015: values of flags stay as they are", async () => assert.deepEqual(await flag("-i", "%(here)s"), ["identifier", "%(here)s"]));

test("CLI-017: no environment variable sets an option", async () => {
  const given: World = {
    files: { [MAIN]: "[supervisord]\n" },
    environment: { IDENTIFIER: "x", SUPERVISOR_IDENTIFIER: "x", SUPERVISORD_IDENTIFIER: "x" },
  };
  const result = await readArgs(["-c", MAIN], given);
  assert.ok(result.ok && result.value.daemon.identifier === "supervisor");
});

test("all values that are wrong are told at once", async () => {
  const command = await parse("-m", "8", "-d", "/nope", "-e", "nope");
  assert.equal(command.kind === "wrong" && command.errors.length, 3);
});

test("--check, --print-config and --json, ours, are written out and never abbreviated", async () => {
  assert.deepEqual((await parse("--check")).kind, "check");
  const command = await parse("--print-config", "--json");
  assert.ok(command.kind === "print-config" && command.asJson);
  assert.equal(await refused("--print"), "option --print not recognized");
});
