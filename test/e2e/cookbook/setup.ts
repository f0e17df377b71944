/**
 * A set-up of docs/cookbook.md, run as it stands there: the configuration comes from the page. Only its absolute paths go below the folder of the test,
 * its users become the present one, its ports are free ones, and stand-ins for the programs come first on PATH. All of them write one journal.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { freePort, Instance, ROOT, until } from "../instance.ts";
import { call, type Info, info } from "../rpc.ts";

export const PAGES = { en: "docs/cookbook.md", zh: "docs/cookbook.zh-CN.md" } as const;
export type Language = keyof typeof PAGES;

/** What the port 80 of a page becomes before it becomes a free one. */
export const WEB = 8080;
const STAND_INS = path.join(ROOT, "test", "programs", "standins");
/** Folders of the page's machine: whatever is in them is below the folder of the test. */
const ABSOLUTE = /(?<![\w.])\/(?:app|etc|opt|run|srv|var)\/[^\s,;:'")]*/g;

/** The configurations of a page, by the word behind `ini` at the head of their blocks. */
export function configurations(language: Language): Map<string, string> {
  return new Map(recipes(language).map(({ name, blocks }) => [name, blocks.get(name) ?? ""]));
}

type Recipe = {
  readonly name: string;
  /** What is behind its head names a block: its name, or the path of another file that belongs to it. */
  readonly blocks: ReadonlyMap<string, string>;
};

export function recipes(language: Language): readonly Recipe[] {
  const sections = readFileSync(path.join(ROOT, PAGES[language]), "utf8").split(/^## /m);
  return sections.flatMap((section) => {
    const found = [...section.matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms)];
    const name = found.find(([, kind]) => kind === "ini")?.[2];
    return name === undefined ? [] : [{ name, blocks: new Map(found.map(([, , key = "", text = ""]) => [key, text])) }];
  });
}

export type Changes = {
  /** Ports that the configuration names. */
  readonly ports?: readonly number[];
  /** Programs that are not to be the real ones: files of test/programs/standins. */
  readonly standIns: readonly string[];
  /** Where stand-ins are that are not on PATH. */
  readonly places?: Readonly<Record<string, string>>;
  /** What else is there on PATH, or at an absolute path, as scripts of sh. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** What takes too long for a test, by what is done sooner. */
  readonly sooner?: readonly (readonly [string, string])[];
};

export class Setup extends Instance {
  /** The free port that is used instead of one of the page. */
  readonly #ports = new Map<number, number>();
  readonly #journal = this.path("journal");

  /** Everything is there, nothing runs. */
  async prepare(name: string, changes: Changes, language: Language = "en"): Promise<void> {
    const { blocks } = recipes(language).find((one) => one.name === name) ?? assert.fail(`${PAGES[language]} has no configuration ${name}`);
    for (const port of [5432, WEB, ...(changes.ports ?? [])]) this.#ports.set(port, await freePort());
    for (const [key, text] of blocks) {
      const moved = this.#moved(text, key === name ? (changes.sooner ?? []) : []);
      if (key === name) writeFileSync(this.conf, moved);
      else this.put(key, moved);
    }
    this.#programs(changes);
    const database = changes.standIns.includes("postgres") ? { PGPORT: String(this.port(5432)) } : {};
    this.env = { ...process.env, ...database, JOURNAL: this.#journal, PATH: `${this.path("bin")}:${process.env["PATH"]}` };
  }

  port(ofPage: number): number {
    return this.#ports.get(ofPage) ?? 0;
  }

  /** Where a file of the page's machine is. */
  at(absolute: string): string {
    return path.join(this.dir, absolute);
  }

  put(absolute: string, text: string): void {
    mkdirSync(path.dirname(this.at(absolute)), { recursive: true });
    writeFileSync(this.at(absolute), text);
  }

  #moved(text: string, sooner: readonly (readonly [string, string])[]): string {
    const me = userInfo().username;
    // nginx's port is one of root's, and of all addresses.
    const free = text.replaceAll("tcp:80\n", `tcp:${WEB}\n`).replaceAll("listen 80;", `listen 127.0.0.1:${WEB};`);
    let moved = free.replaceAll("/run/supervisor.sock", this.socket).replaceAll(/^(user[ =]).*?(;?)$/gm, `$1${me}$2`);
    for (const [ofPage, port] of this.#ports) moved = moved.replaceAll(new RegExp(`\\b${ofPage}\\b`, "g"), `${port}`);
    for (const [before, after] of sooner) {
      assert.ok(moved.includes(before), `the page has no ${before}`);
      moved = moved.replaceAll(before, after);
    }
    moved = moved.replaceAll(ABSOLUTE, (place) => {
      mkdirSync(path.dirname(this.at(place)), { recursive: true });
      return this.at(place);
    });
    for (const [, folder = ""] of moved.matchAll(/^directory=(.*)$/gm)) mkdirSync(folder, { recursive: true });
    return moved;
  }

  #programs({ standIns, places = {}, scripts = {} }: Changes): void {
    const ours = standIns.map((name): [string, string] => [
      places[name] ?? name,
      `exec ${process.execPath} ${path.join(STAND_INS, `${name}.mjs`)} "$@"`,
    ]);
    for (const [name, script] of Object.entries({ ...Object.fromEntries(ours), ...scripts })) {
      const file = name.startsWith("/") ? name : `/bin/${name}`;
      mkdirSync(path.dirname(this.at(file)), { recursive: true });
      writeFileSync(this.at(file), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
  }

  /** What the programs have noted, in order: `web ready`. */
  journal(): string[] {
    return this.read("journal").split("\n").filter(Boolean);
  }

  /** The place of a line in the journal, once it is there. */
  async noted(line: string | RegExp, from = 0): Promise<number> {
    const matches = (one: string) => (typeof line === "string" ? one === line : line.test(one));
    return await until(
      `the journal has ${line}`,
      () => {
        const at = this.journal().findIndex((one, place) => place >= from && matches(one));
        return at >= 0 && { at };
      },
      120_000,
    ).then(
      ({ at }) => at,
      (error: Error) => {
        throw new Error(`${error.message}\n${this.journal().join("\n")}\n${this.read("var/log/supervisor/supervisord.log")}${this.output}`);
      },
    );
  }

  /** The row of a process, once it is in this state. */
  async in(state: string, name: string): Promise<Info> {
    return await until(`${name} is ${state}`, async () => {
      const row = await info(this, name).catch(() => undefined);
      return row?.["statename"] === state && row;
    });
  }

  /** The pid of its next run, when that is RUNNING. */
  async another(name: string, pid: unknown): Promise<number> {
    return await until(`${name} runs again`, async () => {
      const row = await info(this, name);
      return row["statename"] === "RUNNING" && row["pid"] !== pid && Number(row["pid"]);
    });
  }

  async status(name: string): Promise<string> {
    return (await this.ctl("status", name)).stdout.trim().replaceAll(/ +/g, " ");
  }

  /** What supervisorctl prints for a command that ends with 0. */
  async said(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ctl(...words);
    assert.deepEqual([code, stderr], [0, ""], `supervisorctl ${words.join(" ")}: ${stdout}`);
    return stdout;
  }

  /** Started as the main program of a container, where `nodaemon` is in the file. */
  async startContainer(): Promise<void> {
    this.spawnDaemon([]);
    const ended = this.exitCode().then((code) => assert.fail(`supervisord ended with ${code}: ${this.output}`));
    await Promise.race([ended, until("it serves", async () => await call(this, "supervisor.getState").catch(() => undefined))]);
    ended.catch(() => undefined);
  }
}
