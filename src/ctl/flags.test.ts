import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText, readCommandLine } from "../config/commandline.ts";
import { checkFlag, SUPERVISORCTL } from "./flags.ts";

const read = (args: readonly string[]) => readCommandLine(SUPERVISORCTL, args, checkFlag);
const values = (args: readonly string[]) => {
  const line = read(args);
  assert.ok(line.kind === "run", JSON.stringify(line));
  return Object.fromEntries([...line.flags.values()].map((flag) => [flag.name, flag.text ?? true]));
};
const error = (args: readonly string[]) => {
  const line = read(args);
  assert.ok(line.kind === "wrong");
  return line.errors[0]?.message;
};

test("CTL-001, CLI-057, CLI-063: every flag in both spellings", () => {
  const long = ["--configuration=f", "--interactive", "--serverurl=http://x", "--username=u", "--password=p", "--history_file=h"];
  const short = ["-cf", "-i", "-s", "http://x", "-u", "u", "-p", "p", "-rh"];
  const expected = { configuration: "f", interactive: true, serverurl: "http://x", username: "u", password: "p", history: "h" };
  assert.deepEqual(values(long), expected);
  assert.deepEqual(values(short), expected);
  assert.ok(helpText(SUPERVISORCTL, "/x/supervisorctl").includes("Usage: /x/supervisorctl [options] [action [arguments]]\n"));
});

test("CTL-002: the spelling of the help works too, which in the original it does not", () => {
  assert.deepEqual(values(["--history-file", "h"]), { history: "h" });
  assert.match(helpText(SUPERVISORCTL, "x"), /^-r\/--history-file FILENAME -- /m);
});

test("CTL-003: unique beginnings of the original's flags", () => {
  assert.deepEqual(values(["--conf", "f", "--server=http://x", "--hist=h"]), { configuration: "f", serverurl: "http://x", history: "h" });
  assert.equal(read(["--he"]).kind, "act");
});

test("CTL-005, CLI-056: the help ends with an empty line", () => {
  for (const args of [["-h"], ["--help"], ["-?"]]) assert.deepEqual(read(args), { kind: "act", name: "help" });
  assert.ok(helpText(SUPERVISORCTL, "x").endsWith("\n\n"));
});

test("CTL-006: unknown flags and missing values", () => {
  assert.equal(error(["-z"]), "option -z not recognized");
  assert.equal(error(["-c"]), "option -c requires argument");
});

test("CTL-007: a flag twice", () => {
  assert.equal(error(["-s", "http://a", "-s", "http://a"]), "conflicting command line option '-s'");
  assert.equal(error(["-r", "a", "--history-file", "b"]), "conflicting command line option '--history-file'");
});

test("CTL-008, CLI-058: -s must look like a URL", () => {
  for (const text of ["foo", "unix:", "unix://", "http:", "http://", "/tmp/x", "", "http://?x"]) {
    assert.equal(error(["-s", text]), `invalid value for -s '${text}': value '${text}' is not a URL`);
  }
  for (const text of ["localhost:9001", "ftp://x", "http:x", "unix:///x", "http:///"])
    assert.deepEqual(values(["-s", text]), { serverurl: text });
});

test("CLI-066: no -v; --version is ours and never in the way of an abbreviation", () => {
  assert.equal(error(["-v"]), "option -v not recognized");
  assert.deepEqual(read(["--version"]), { kind: "act", name: "version" });
});

test("--timeout is a number of seconds", () => {
  assert.deepEqual(values(["--timeout", "2.5"]), { timeout: "2.5" });
  for (const text of ["0", "x", "-1", "99999999"]) assert.match(error(["--timeout", text]) ?? "", /^invalid value for --timeout/);
});
