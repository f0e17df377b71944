/** Processes in every situation, for tests of what each input does there. */
import { Life } from "./life.fixture.ts";
import type { ProcessInput } from "./state.ts";

const startingOn = (life: Life): Life => {
  life.start();
  return life;
};
const preparing = (life: Life): Life => {
  life.take({ type: "start" });
  return life;
};
export const spawning = (life: Life): Life => {
  preparing(life).prepared();
  return life;
};
const after = (life: Life, ...inputs: ProcessInput[]): Life => {
  for (const input of inputs) life.take(input);
  return life;
};

const TCP = { kind: "tcp", host: "localhost", port: 80 } as const;
const becomingReady = (over: Partial<Life["config"]> = {}): Life => startingOn(new Life({ readyWhen: TCP, startSecs: 0, ...over }));
const notReadyInTime = (over: Partial<Life["config"]> = {}): Life => {
  const life = becomingReady(over);
  life.nowMs += 90_000;
  life.take({ type: "deadline", name: "ready" });
  return life;
};
const oneshot = (): Life => startingOn(new Life({ type: "oneshot", startSecs: 0, startRetries: 0 }));
const LIMITED = { autorestart: "always", restartLimit: { count: 1, ms: 1e9 } } as const;
/** Started again by itself, as often as it may be. */
const limited = (): Life => {
  const life = new Life(LIMITED).run();
  life.exits(0);
  life.take({ type: "deadline" });
  life.spawn();
  life.pass(1000);
  return life;
};

/** Every situation that the table of states tells apart, and some that differ in what comes of them. */
export const SITUATIONS = {
  "STOPPED, never started": () => new Life(),
  "STOPPED, after a run": () => after(new Life().run(), { type: "stop" }, { type: "exited", waitStatus: 15 }),
  "STOPPED, to start again": () =>
    after(new Life().run(), { type: "stop", cause: "unhealthy", again: true }, { type: "exited", waitStatus: 15 }),
  "STOPPED, to start again, at its limit": () =>
    after(limited(), { type: "stop", cause: "unhealthy", again: true }, { type: "exited", waitStatus: 15 }),
  "STARTING, before its pre_start": () => preparing(new Life({ preStart: "p" })),
  "STOPPING, with pre_stop": () => after(new Life({ preStop: "p" }).run(), { type: "stop" }),
  "STOPPING, by stop_command": () => after(new Life({ stopCommand: "c" }).run(), { type: "stop" }),
  "STARTING, prepared": () => preparing(new Life()),
  "STARTING, prepared for the last time": () => preparing(new Life({ startRetries: 0 })),
  "STARTING, spawned": () => spawning(new Life()),
  "STARTING, spawned and to be stopped": () => after(spawning(new Life()), { type: "stop" }),
  "STARTING, alive": () => startingOn(new Life()),
  "STARTING, alive for the last time": () => startingOn(new Life({ startRetries: 0 })),
  "STARTING, becoming ready": () => becomingReady(),
  "STARTING, becoming ready for the last time": () => becomingReady({ startRetries: 0 }),
  "STARTING, ready before startsecs are over": () => after(becomingReady({ startSecs: 5 }), { type: "ready", child: 7 }),
  "STARTING, a command says whether it is ready": () => {
    const life = becomingReady({ readyWhen: { kind: "exec", command: "true" } });
    life.pass(0);
    return life;
  },
  "STARTING, to say that it is ready": () => becomingReady({ readyWhen: { kind: "notify" } }),
  "STARTING, not ready in time": () => notReadyInTime(),
  "STARTING, not ready in time for the last time": () => notReadyInTime({ startRetries: 0 }),
  RUNNING: () => new Life().run(),
  "RUNNING, a one-shot": () => oneshot(),
  "UNKNOWN, a one-shot": () => after(oneshot(), { type: "signal-failed", signal: 1, errno: "EPERM" }),
  "RUNNING, checked": () => {
    const life = new Life({ healthcheck: TCP }).run();
    life.probed("health", "ok");
    return life;
  },
  "RUNNING, reloading": () => {
    const life = new Life({ healthcheck: TCP }).run();
    life.says("RELOADING=1");
    return life;
  },
  BACKOFF: () => after(preparing(new Life()), { type: "unprepared", attempt: 1, text: "no" }),
  "BACKOFF, at its limit": () => {
    const life = after(preparing(new Life(LIMITED)), { type: "unprepared", attempt: 1, text: "no" });
    life.pass(1000);
    return after(life, { type: "unprepared", attempt: 2, text: "no" });
  },
  STOPPING: () => after(new Life().run(), { type: "stop" }),
  "EXITED, swept": () => after(new Life({ killTree: true }).run(), { type: "exited", waitStatus: 0 }),
  "EXITED, for good": () => after(new Life().run(), { type: "exited", waitStatus: 0 }),
  "EXITED, to start again": () => after(new Life({ autorestart: "always" }).run(), { type: "exited", waitStatus: 0 }),
  "EXITED, at its limit": () => after(limited(), { type: "exited", waitStatus: 0 }),
  FATAL: () => after(preparing(new Life({ startRetries: 0 })), { type: "unprepared", attempt: 1, text: "no" }),
  "FATAL, to be retried": () =>
    after(preparing(new Life({ startRetries: 0, fatalRetry: 1000 })), { type: "unprepared", attempt: 1, text: "no" }),
  "FATAL, at its limit": () => after(limited(), { type: "exited", waitStatus: 0 }, { type: "deadline" }),
  "UNKNOWN, by a user's signal": () => after(new Life().run(), { type: "signal-failed", signal: 1, errno: "EPERM" }),
  "UNKNOWN, by a stop": () => after(new Life().run(), { type: "stop" }, { type: "signal-failed", signal: 15, errno: "EPERM" }),
} satisfies Record<string, () => Life>;
