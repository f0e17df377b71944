/** supervisord as the keeper starts it: the real doors and servers. Everything else is in files that know no real world. */
import "./doors/title.ts";
import path from "node:path";
import { findConfigFile, loadConfig } from "../config/load.ts";
import type { ConfigError } from "../config/model.ts";
import { renderErrors } from "../config/report.ts";
import { startUp } from "../config/startup.ts";
import { readSupervisordArguments, type SupervisordCommand, takeSupervisordArguments } from "../config/supervisord.ts";
import type { Doors } from "../doors.ts";
import { makeScrypt } from "../http/passwords.ts";
import { type Result, refuse } from "../result.ts";
import { HOLDFAST_VERSION } from "../version.ts";
import { type DaemonParts, startDaemon } from "./daemon.ts";
import { realAccounts } from "./doors/accounts.ts";
import { readBirth } from "./doors/birth.ts";
import { realCgroups } from "./doors/cgroups.ts";
import { realClock } from "./doors/clock.ts";
import { compileLater } from "./doors/engine.ts";
import { firstMatch } from "./doors/expressions.ts";
import { realFiles } from "./doors/files.ts";
import { inPlaceOf, readStandardInput, realInstallation } from "./doors/installation.ts";
import { KEEPER_FD_VARIABLE, keeperDescriptor, openKeeper } from "./doors/keeper.ts";
import { realKernel } from "./doors/kernel.ts";
import { filesInLanes, makeThreads } from "./doors/lanes.ts";
import { openLogSocket } from "./doors/logsockets.ts";
import { collectWhenSettled } from "./doors/memory.ts";
import { readPassword } from "./doors/passwordinput.ts";
import { realPlugins } from "./doors/plugins.ts";
import { probeNetwork } from "./doors/probing.ts";
import { realProcesses } from "./doors/processes.ts";
import { randomSalt, realRandom } from "./doors/random.ts";
import { realResolveHost, realSelf } from "./doors/self.ts";
import { readZone } from "./doors/zone.ts";
import { lastWords } from "./lifecycle/deaths.ts";
import { doubtsOf } from "./ports/checking.ts";
import { serveHttp } from "./ports/serve.ts";
import type { Runtime } from "./runtime.ts";
import { checkWith, type OpenPlugin } from "./serving/pluginhost.ts";
import { unreadable } from "./upgrade/checkstates.ts";
import { CHECK_STATES, readQuestion, writeAnswer } from "./upgrade/question.ts";

/** A bug: the keeper starts the next daemon, no child notices. */
const EXIT_BUG = 70;
const LAST_WORDS_MS = 1000;

type Commanded = Omit<Doors, "keeper">;

void main();

async function main(): Promise<void> {
  const files = realFiles();
  const birth = readBirth();
  makeThreads(files);
  const doors: Commanded = {
    clock: realClock(readZone(birth.environment)),
    files,
    ...filesInLanes(files),
    kernel: realKernel,
    processes: realProcesses,
    cgroups: realCgroups,
    random: realRandom(),
    accounts: realAccounts(),
    birth,
    self: realSelf,
    probe: probeNetwork,
    installation: realInstallation(),
    firstMatch,
    openLogSocket,
    resolveHost: realResolveHost,
  };
  if (process.argv[2] === CHECK_STATES && process.env[KEEPER_FD_VARIABLE] === undefined) return checkStates(doors);
  // A successor must come up whatever the file says by now, so the file is read here only for those who ask about it.
  const command = takeSupervisordArguments(doors);
  if (command.kind === "run") return run(doors, command.flags);
  const told = await startUp(doors, {
    checkPlugin: checkWith(plugins()),
    doubts: (config, sections) => doubtsOf(doors, config, sections),
  });
  if (told.kind === "hash-password") return hashPassword(doors);
  if (told.kind === "done") leave(doors, told.exitCode, told.stdout, told.stderr);
}

function leave(doors: Commanded, code: number, stdout: string, stderr = ""): void {
  doors.self.stdout(stdout);
  doors.self.stderr(stderr);
  doors.self.exit(code);
}

/** `--hash-password`. The password is on no command line, where every user of the host could see it. */
async function hashPassword(doors: Commanded): Promise<void> {
  const password = await readPassword();
  if (!password.ok) return leave(doors, 2, "", `supervisord: ${password.error}\n`);
  leave(doors, 0, `${await makeScrypt(password.value, randomSalt())}\n`);
}

/** `--check-states`: a daemon that is to be replaced by this one asks whether that would go well. (UPG, step 3) */
async function checkStates(doors: Commanded): Promise<void> {
  const question = readQuestion(readStandardInput());
  if (!question.ok) return leave(doors, 1, "", `${question.error}\n`);
  const { birth, keeperPid, store } = question.value;
  inPlaceOf(keeperPid);
  const asked = { ...doors, birth: { ...doors.birth, ...birth } };
  const problems = [...unreadable(store), ...(await configurationProblems(asked))];
  const answer = writeAnswer(problems, { version: HOLDFAST_VERSION, node: doors.installation.nodeVersion });
  leave(doors, problems.length === 0 ? 0 : 1, answer);
}

/** A file that the user of supervisord may not read, after a change of user, is not looked at, as at a takeover. */
async function configurationProblems(doors: Commanded): Promise<readonly string[]> {
  const command = await readSupervisordArguments(doors);
  const lines = (errors: readonly ConfigError[]): readonly string[] => renderErrors(errors, doors.birth.argv0).trimEnd().split("\n");
  if (command.kind === "wrong") return lines(command.errors);
  if (command.kind !== "run") return [];
  const { file } = await findConfigFile(doors, command.flags);
  if (!file.ok) return lines(file.error);
  const read = await doors.files.readText(path.resolve(doors.birth.cwd, file.value));
  if (!read.ok && read.error === "EACCES") return [];
  const loaded = await loadConfig(doors, { file: file.value, flags: command.flags, checkPlugin: checkWith(plugins()) });
  return loaded.ok ? [] : lines(loaded.error);
}

type Flags = Extract<SupervisordCommand, { kind: "run" | "check" | "print-config" }>["flags"];

async function run(doors: Commanded, flags: Flags): Promise<void> {
  compileLater();
  const descriptor = keeperDescriptor(process.env);
  if (!descriptor.ok) return leave(doors, 1, "", `supervisord: ${descriptor.error}\n`);
  delete process.env[KEEPER_FD_VARIABLE];
  const keeper = openKeeper(descriptor.value, (reason) =>
    reason === null ? doors.self.exit(0) : leave(doors, 1, "", `supervisord: ${reason}\n`),
  );
  const openPlugin = plugins();
  const checkPlugin = checkWith(openPlugin);
  let errors = "";
  let isUp = false;
  const refuseWith = (found: readonly ConfigError[]): Result<never, readonly ConfigError[]> => {
    errors = renderErrors(found, doors.birth.argv0);
    return refuse(found);
  };
  const load: DaemonParts["load"] = async (from, listening, passedOver) => {
    const line = isUp ? null : await readSupervisordArguments(from);
    if (line?.kind === "wrong") return refuseWith(line.errors);
    const { file, notice } = await findConfigFile(from, flags);
    // Once, at the start, whatever comes of it. (CONF-007)
    if (!isUp && notice !== null) doors.self.stderr(`${notice}\n`);
    if (isUp) collectWhenSettled();
    const more = { ...(listening && { listening }), ...(passedOver && { passedOver }) };
    const loaded = file.ok ? await loadConfig(from, { file: file.value, flags, checkPlugin, ...more }) : file;
    return loaded.ok ? loaded : refuseWith(loaded.error);
  };
  let made: Runtime | null = null;
  const onBug = (error: unknown): void => fail(doors, made, error);
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);
  const parts: DaemonParts = {
    doors: { ...doors, keeper },
    load,
    serve: serveHttp,
    plugins: openPlugin,
    onBug,
    onMade: ({ runtime }) => {
      made = runtime;
    },
  };
  const started = await startDaemon(parts);
  isUp = true;
  if (started.ok) return collectWhenSettled();
  const { text, code, hint } = started.error;
  const more = hint === undefined ? "" : `  hint: ${hint}\n`;
  leave(doors, code, "", errors !== "" ? errors : `Error: ${text}\n${more}For help, use ${doors.birth.argv0} -h\n`);
}

/** The thread's program lies beside this one, where both were built. */
function plugins(): OpenPlugin {
  const folder = path.dirname(process.argv[1] ?? "");
  return realPlugins(path.join(folder, "plugin-thread.cjs"));
}

let failed = false;

/** The words go to the activity log as well; a keeper that does not take them is not waited for long. */
function fail(doors: Commanded, runtime: Runtime | null, error: unknown): void {
  if (failed) return;
  failed = true;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `the daemon ends because of a bug, another one takes over; please report it\n${what}`;
  doors.self.stderr(`supervisord: ${text}\n`);
  const end = (): void => doors.self.exit(EXIT_BUG);
  if (runtime === null) return end();
  doors.clock.alarm(doors.clock.now().monoMs + LAST_WORDS_MS, end);
  lastWords(runtime, text).then(end, end);
}
