/**
 * A supervisord whose daemon is killed over and over, at any moment of its life, and programs that write down what happens to them.
 * HOLDFAST_KILLS=100 kills it as often.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { Snapshot } from "../../src/api/types.ts";
import { askJson } from "./apiclient.ts";
import { Instance, until } from "./instance.ts";
import { call } from "./rpc.ts";

export const KILLS = Number(process.env["HOLDFAST_KILLS"] ?? 5);
/** So long may pass between a kill and the one before it. */
const BETWEEN_MS = 1500;

/** Says in a file of its own name when something happens, with its pid and the time. */
export const SAY = `#!/bin/sh
say() { echo "$1 $$ $(date +%s%N)" >> "\${0%/*}/$SUPERVISOR_PROCESS_NAME.txt"; }
`;

/** Says when it begins, is told to end and ends. */
const PROGRAM = `${SAY}trap 'say term; test -z "$child" || kill $child; exit 0' TERM
say begin
sleep "\${1:-1000}" & child=$!
wait $child
say end
exit "\${2:-0}"
`;

export type Said = { readonly word: string; readonly pid: string; readonly atMs: number };

export class Killed {
  readonly it: Instance;
  kills = 0;

  constructor(test: { after(act: () => Promise<void>): void }) {
    this.it = new Instance(test);
    this.script("program", PROGRAM);
  }

  /** A script for sh that programs and hooks are made of. */
  script(name: string, text: string): void {
    writeFileSync(this.it.path(name), text, { mode: 0o755 });
  }

  /** The section of a program that runs one of the scripts. */
  program(name: string, options: string, command = "program"): string {
    return `[program:${name}]\ncommand=${this.it.dir}/${command}\nstartsecs=0\n${options}\n`;
  }

  said(name: string): readonly Said[] {
    const lines = this.it.read(`${name}.txt`).split("\n").filter(Boolean);
    return lines.map((line) => {
      const [word = "", pid = "", ns = "0"] = line.split(" ");
      return { word, pid, atMs: Number(BigInt(ns) / 1_000_000n) };
    });
  }

  words(name: string): readonly string[] {
    return this.said(name).map(({ word }) => word);
  }

  async row(name: string) {
    const { groups } = await askJson<Snapshot>({ socketPath: this.it.socket }, "/api/v1/state");
    const row = groups.flatMap(({ processes }) => processes).find((one) => one.name === name);
    assert.ok(row !== undefined, `no ${name}`);
    return row;
  }

  /** Kills one daemon after the other, and does something when half of them are gone. */
  async killAll(halfway?: () => Promise<void>): Promise<void> {
    let last = 0;
    for (; this.kills < KILLS; this.kills++) {
      const daemon = await until("another daemon", () => {
        const pid = this.it.daemonPid();
        return pid !== last && pid;
      });
      last = daemon;
      // Every other one has answered somebody before it is killed, so that orders get on however slow the machine is.
      if (this.kills % 2 === 1) await until("it answers", () => call(this.it, "supervisor.getState").catch(() => false as const));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * BETWEEN_MS));
      process.kill(daemon, "SIGKILL");
      if (this.kills === Math.floor(KILLS / 2)) await halfway?.();
    }
    await until("the last daemon", () => this.it.daemonPid() !== last && this.it.daemonPid());
  }
}
