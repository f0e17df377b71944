import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeControl } from "./control.fixture.ts";
import { type Follower, followLog } from "./following.ts";

/** A log with its backups, rotated as the daemon does it: renamed one after the other, the last one is lost. */
class Rotating {
  readonly control = new FakeControl();
  changed: () => void = () => undefined;
  #inode = 1n;

  constructor() {
    this.put("/log/a", "");
  }

  put(path: string, text: string, inode = this.#inode): void {
    this.control.write(path, text);
    this.control.inodes.set(path, inode);
  }

  append(text: string): void {
    const before = Buffer.from(this.control.contents.get("/log/a") ?? "").toString("utf8");
    this.control.write("/log/a", before + text);
  }

  rotate(backups: number): void {
    for (let number = backups; number >= 1; number--) {
      const from = number === 1 ? "/log/a" : `/log/a.${number - 1}`;
      const bytes = this.control.contents.get(from);
      if (bytes === undefined) continue;
      this.control.contents.set(`/log/a.${number}`, bytes);
      this.control.inodes.set(`/log/a.${number}`, this.control.inodes.get(from) ?? 0n);
    }
    this.#inode += 1n;
    this.put("/log/a", "");
  }
}

async function following(log: Rotating) {
  const got: string[] = [];
  let gone: () => void = () => undefined;
  const follower: Follower = {
    piece: async (bytes) => got.push(Buffer.from(bytes).toString("utf8")) > 0,
    restarted: async (why) => got.push(`<${why}>`) > 0,
    onGone: (act) => {
      gone = act;
    },
  };
  const onGrowth = (_path: string, act: () => void) => {
    log.changed = act;
    return () => undefined;
  };
  const begun = { offset: 0, inode: 1n };
  const ended = followLog({ files: log.control.files, follow: { onGrowth } }, { path: "/log/a", begun, pieceBytes: 4 }, follower);
  const settle = async () => {
    log.changed();
    for (let round = 0; round < 200; round++) await Promise.resolve();
    return got.splice(0).join("");
  };
  const end = () => {
    gone();
    return ended;
  };
  return { settle, end };
}

test("a log that was rotated several times between two looks comes whole, in its order", async () => {
  const log = new Rotating();
  const { settle, end } = await following(log);
  log.append("one ");
  assert.equal(await settle(), "one ");
  log.append("more ");
  log.rotate(9);
  log.append("two ");
  log.rotate(9);
  log.append("three ");
  log.rotate(9);
  assert.equal(await settle(), "more <rotated>two <rotated>three <rotated>");
  log.append("four ");
  assert.equal(await settle(), "four ");
  await end();
});

test("what no backup holds any more is lost, and the new file comes", async () => {
  const log = new Rotating();
  const { settle, end } = await following(log);
  log.append("one ");
  log.rotate(1);
  log.append("two ");
  log.rotate(1);
  log.append("three ");
  assert.equal(await settle(), "<rotated>three ");
  await end();
});
