import assert from "node:assert/strict";
import { test } from "node:test";
import type { Limit } from "../../link/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";
import { raiseLimits } from "./rlimits.ts";

const EPERM = 1;
type Limits = Record<Limit["resource"], { soft: bigint; hard: bigint }>;

/** Raises the limits that a keeper has; one that is no root may not raise a hard limit. */
async function raise(
  least: { minFds: number; minProcs: number },
  limits: Limits,
  isRoot = true,
): Promise<Result<readonly string[], string>> {
  const answers: object[] = [];
  const effect = ({ resource, soft, hard }: Limit): void => {
    const isAsked = soft === 0n && hard === 0n;
    const errno = !isAsked && !isRoot && hard > limits[resource].hard ? EPERM : 0;
    if (!isAsked && errno === 0) limits[resource] = { soft, hard };
    answers.push({ type: "limited", resource, errno, ...limits[resource] });
  };
  const runtime = {
    running: { daemon: least },
    loop: { post: (act: (turn: object) => void) => act({ effect }) },
    requests: { next: async () => Promise.resolve().then(() => answers.shift()) },
  };
  const raised = await raiseLimits(runtime as unknown as Runtime);
  return raised.ok ? ok(raised.value.map(({ level, text }) => `${level} ${text}`)) : refuse(raised.error);
}

const born = (): Limits => ({ nofile: { soft: 300n, hard: 500n }, nproc: { soft: 100n, hard: 100n } });

test("PROC-226, CONF-329, CONF-330, CONF-331: a soft limit that is lower is raised, the hard one too where it must be; the log tells", async () => {
  const limits = born();
  const told = ["info Increased RLIMIT_NOFILE limit to 400", "info Increased RLIMIT_NPROC limit to 200"];
  assert.deepEqual(await raise({ minFds: 400, minProcs: 200 }, limits), ok(told));
  assert.deepEqual(limits, { nofile: { soft: 400n, hard: 500n }, nproc: { soft: 200n, hard: 200n } });
});

test("CONF-331: limits are never lowered", async () => {
  for (const [minFds, minProcs] of [
    [300, 100],
    [10, 10],
    [0, -1],
  ] as const) {
    const limits = born();
    assert.deepEqual(await raise({ minFds, minProcs }, limits), ok([]));
    assert.deepEqual(limits, born());
  }
});

test("CONF-332, CONF-334: better: the refusal has the real hard limit, where the original shows the number asked for", async () => {
  assert.deepEqual(
    await raise({ minFds: 1024, minProcs: 10 }, born(), false),
    refuse(
      'The minimum number of file descriptors required to run this process is 1024 as per the "minfds" command-line argument or config file setting. The current environment will only allow you to open 500 file descriptors.  Either raise the number of usable file descriptors in your environment (see README.rst) or lower the minfds setting in the config file to allow the process to start.',
    ),
  );
});

test("CONF-333: the same for processes", async () => {
  assert.deepEqual(
    await raise({ minFds: 10, minProcs: 200 }, born(), false),
    refuse(
      'The minimum number of available processes required to run this program is 200 as per the "minprocs" command-line argument or config file setting. The current environment will only allow you to open 100 processes.  Either raise the number of usable processes in your environment (see README.rst) or lower the minprocs setting in the config file to allow the program to start.',
    ),
  );
});
