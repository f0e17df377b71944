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
import { type DaemonParts, startDaemon } from "./daemon.ts";
import { realAccounts } from "./doors/accounts.ts";
import { readBirth } from "./doors/birth.ts";
import { realCgroups } from "./doors/cgroups.ts";
import { realClock } from "./doors/clock.ts";
import { firstMatch } from "./doors/expressions.ts";
import { realFiles } from "./doors/files.ts";
import { KEEPER_FD_VARIABLE, keeperDescriptor, openKeeper } from "./doors/keeper.ts";
import { realKernel } from "./doors/kernel.ts";
import { filesInLanes, makeThreads } from "./doors/lanes.ts";
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
    firstMatch,
    resolveHost: realResolveHost,
  };
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

type Flags = Extract<SupervisordCommand, { kind: "run" | "check" | "print-config" }>["flags"];

async function run(doors: Commanded, flags: Flags): Promise<void> {
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
  const { text, code } = started.error;
  leave(doors, code, "", errors !== "" ? errors : `Error: ${text}\nFor help, use ${doors.birth.argv0} -h\n`);
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
