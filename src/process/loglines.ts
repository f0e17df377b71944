/** The activity-log lines of one process, exact: programs and people search for them. (LOG-119, LOG-120, LOG-131, LOG-132, LOG-138..140) */
import { signalName } from "./waitstatus.ts";

export const processMessages = {
  spawned: (name: string, pid: number) => `spawned: '${name}' with pid ${pid}`,
  spawnError: (text: string) => `spawnerr: ${text}`,
  success: (name: string, startSecs: number) =>
    `success: ${name} entered RUNNING state, process has stayed up for > than ${startSecs} seconds (startsecs)`,
  gaveUp: (name: string) => `gave up: ${name} entered FATAL state, too many start retries too quickly`,
  // Ours: the original refuses no start.
  refused: (name: string, text: string) => `gave up: ${name} entered FATAL state, ${text}`,
  exited: (name: string, words: string, expected: boolean) => `exited: ${name} (${words}; ${expected ? "expected" : "not expected"})`,
  stopped: (name: string, words: string) => `stopped: ${name} (${words})`,
  alreadyRunning: (name: string) => `process '${name}' already running`,
  killing: (name: string, pid: number, signal: number, asGroup: boolean) =>
    `killing ${name} (pid ${pid}) ${asGroup ? "process group " : ""}with signal ${signalName(signal)}`,
  killingHard: (name: string, pid: number) => `killing '${name}' (${pid}) with SIGKILL`,
  stopInBackoff: (name: string) => `Attempted to kill ${name}, which is in BACKOFF state.`,
  sending: (name: string, pid: number, signal: number) => `sending ${name} (pid ${pid}) sig ${signalName(signal)}`,
  killFailed: (name: string, pid: number, errno: string) => `unknown problem killing ${name} (${pid}):${errno}`,
  signalFailed: (name: string, pid: number, errno: string) => `unknown problem sending sig ${name} (${pid}):${errno}`,
  // Ours.
  ready: (name: string, by: string, seconds: number) => `ready: ${name} (${by}, ${seconds.toFixed(1)} s)`,
  notReady: (name: string, text: string) => `not ready: ${name} (${text}), it is stopped`,
  reloading: (name: string) => `reloading: ${name}`,
  otherSender: (name: string, pid: number, uid: number) =>
    `a message for ${name} from pid ${pid} of uid ${uid} is not taken, nor are further ones like it`,
  otherMainPid: (name: string, pid: number) =>
    `${name} wants pid ${pid} to be looked after in its place, which is not possible: let it stay in the foreground, or use pidproxy`,
  unhealthy: (name: string, text: string, failures: number) =>
    `unhealthy: ${name} (${text}, ${failures} ${failures === 1 ? "failure" : "failures"})`,
  healthy: (name: string) => `healthy: ${name}`,
  leftBehind: (name: string, who: string) => `left behind: ${name}: ${who}`,
  checkError: (name: string, text: string) => `the check of ${name} could not be made (${text}): it says nothing about ${name}`,
} as const;

/** The spawn error of a process that ended before startsecs. (PROC-033) */
export const EXITED_TOO_QUICKLY = "Exited too quickly (process log may have details)";

/** That of a process that ended before it was ready. (RDY-003) */
export const EXITED_BEFORE_READY = "Exited before it was ready (process log may have details)";

/** The spawn error of a process that ended unexpectedly. (PROC-052) */
export const badExitCode = (status: number) => `Bad exit code ${status}`;
