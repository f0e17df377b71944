/** Upgrades in place: the next keeper has all that this one held, and an upgrade that comes to nothing changes nothing. */
import assert from "node:assert/strict";
import { actor, asked, begin, type Case, exited, fileIs, greet, NO_STREAM, toFile } from "../case.ts";
import { Daemon, type Keeper } from "../subject.ts";

const EBUSY = 16;
const EALREADY = 114;

/** To the same keeper and the same daemon. */
function upgradeOf(k: Keeper, token: number, keeper = k.itself.keeper) {
  return { type: "upgrade", token, keeper, argv: k.itself.argv, waitMs: 5000 } as const;
}

async function outcome(d: Daemon, token: number) {
  const { step, errno } = await d.next("upgrade", (one) => one.token === token);
  return { step, errno };
}

/** What a welcome says of everything that outlives a daemon. */
async function holdings(d: Daemon) {
  const { children, sockets, sinks, streams, store } = await d.hello();
  const ours = sockets.filter(({ socket }) => socket > 0).map(({ descriptor: _, ...socket }) => socket);
  const states = [...store].map(([key, value]) => `${key}=${Buffer.from(value).toString()}`).sort();
  return { children: sorted(children), sockets: ours, sinks: sorted(sinks), streams: sorted(streams), states };
}

function sorted<T>(items: readonly T[]): string[] {
  const text = (item: T): string => JSON.stringify(item, (_, value) => (typeof value === "bigint" ? `${value}` : (value as unknown)));
  return items.map(text).sort();
}

export const upgradeCases: readonly Case[] = [
  {
    name: "UPG-001, UPG-002, UPG-004: the next keeper and its daemon find everything as a daemon's death leaves it",
    async run(k) {
      const first = await begin(k);
      await first.send({
        states: [{ key: "process:a", value: Buffer.from("running") }],
        effects: [
          actor(k, 1, ["line:one", "cat"]),
          actor(k, 2, ["line:asked", "hold"], { stdout: asked(4), stderr: NO_STREAM }),
          actor(k, 3, ["exit:7"]),
          actor(k, 4, [], { path: "/none" }),
          actor(k, 5, ["line:more than the limit", "cat"], { stdout: toFile(k, 10, "out5", { limit: 5 }) }),
          {
            type: "listen",
            socket: 9,
            family: "unix",
            serve: true,
            address: `${k.folder}/s`,
            port: 0,
            mode: 0o600,
            uid: null,
            gid: null,
            backlog: 5,
            stale: "error",
          },
        ],
      });
      await first.next("listened");
      await first.next("exited", (one) => one.child === 3);
      await first.next("spawn-failed");
      await first.next("limit");
      const block = await first.next("block");
      await fileIs(k, "out1", "one\n");
      await first.wire.kill();
      const second = new Daemon(await k.nextDaemon(), k.until);
      const before = await holdings(second);
      await second.does({ type: "ready" }, upgradeOf(k, 77));
      assert.equal((await second.next("upgrading")).token, 77);
      const pid = k.pid;
      await second.wire.quit(0);

      const third = new Daemon(await k.nextDaemon(), k.until);
      assert.deepEqual(await holdings(third), before);
      assert.equal(k.pid, pid);
      assert.deepEqual(await outcome(third, 77), { step: 0, errno: 0 });
      const kept = ["spawned", "exited", "spawn-failed", "limit", "block"] as const;
      for (const type of kept)
        assert.ok(
          third.history.some((one) => one.type === type),
          type,
        );
      const again = third.history.find((one) => one.type === "block");
      assert.deepEqual(again, block);
      await third.does({ type: "ready" }, { type: "verdict", stream: 4, block: block.block, verdict: { kind: "drop" } });
      await third.does({ type: "stdin", child: 1, bytes: Buffer.from("two\n") }, { type: "stdin-close", child: 1 });
      await exited(third, 1, 0);
      await fileIs(k, "out1", "one\ntwo\n");
      assert.equal(third.has("refused"), false);
    },
  },
  {
    name: "UPG-005: before the daemon is ready, while another is under way and with what cannot be run it is refused, and nothing changes",
    async run(k) {
      const d = await greet(k);
      await d.does(upgradeOf(k, 1));
      assert.deepEqual(await outcome(d, 1), { step: 2, errno: EBUSY });
      await d.does({ type: "ready" }, actor(k, 1, ["cat"]));
      await d.next("spawned");
      await d.does(upgradeOf(k, 2, "/none/keeper"), upgradeOf(k, 3, "/none/keeper"));
      assert.deepEqual(await outcome(d, 3), { step: 2, errno: EALREADY });
      assert.deepEqual(await outcome(d, 2), { step: 5, errno: 2 });
      assert.equal(d.has("upgrading"), false);
      await d.does({ type: "stdin", child: 1, bytes: Buffer.from("x\n") }, { type: "stdin-close", child: 1 });
      await exited(d, 1, 0);
      await fileIs(k, "out1", "x\n");
    },
  },
];
