import assert from "node:assert/strict";
import { test } from "node:test";
import { type Follower, followLog } from "./following.ts";
import { FakePort } from "./port.fixture.ts";

/** A log with its backups, rotated as the daemon does it: renamed one after the other, the last one is lost. */
class Rotating {
  readonly port = new FakePort();
  changed: () => void = () => undefined;
  #inode = 1n;

  constructor() {
    this.put("/log/a", "");
  }

  put(path: string, text: string, inode = this.#inode): void {
    this.port.write(path, text);
    this.port.inodes.set(path, inode);
  }

  append(text: string): void {
    const before = Buffer.from(this.port.contents.get("/log/a") ?? "").toString("utf8");
    this.port.write("/log/a", before + text);
  }

  rotate(backups: number): void {
    for (let number = backups; number >= 1; number--) {
      const from = number === 1 ? "/log/a" : `/log/a.${number - 1}`;
      const bytes = this.port.contents.get(from);
      if (bytes === undefined) continue;
      this.port.contents.set(`/log/a.${number}`, bytes);
      this.port.inodes.set(`/log/a.${number}`, this.port.inodes.get(from) ?? 0n);
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
  const ended = followLog({ files: log.port.files, follow: { onGrowth } }, { path: "/log/a", begun, pieceBytes: 4 }, follower);
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
