/** The original's reader as a child process: a request a line, an answer a line. Absent where python3 or its package `supervisor` is. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export type OriginalAnswer = Record<string, unknown> & { readonly error?: string; readonly crash?: string };

export class Original {
  readonly version: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(version: string, child: ChildProcessByStdio<Writable, Readable, null>, lines: AsyncIterator<string>) {
    this.version = version;
    this.#child = child;
    this.#lines = lines;
  }

  /** null when the original cannot be had. Debian's package lies with Debian's python. */
  static async start(): Promise<Original | null> {
    const script = fileURLToPath(new URL("original.fixture.py", import.meta.url));
    for (const python of ["/usr/bin/python3", "python3"]) {
      const child = spawn(python, [script], { stdio: ["pipe", "pipe", "ignore"], env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
      const failed = new Promise<null>((done) => child.once("error", () => done(null)));
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await Promise.race([failed, lines.next()]);
      if (first !== null && first.done !== true)
        return new Original((JSON.parse(first.value) as { version: string }).version, child, lines);
    }
    return null;
  }

  async read(request: {
    readonly args: readonly string[];
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
  }): Promise<OriginalAnswer> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#lines.next();
    if (answer.done === true) throw new Error("the original's reader has ended");
    return JSON.parse(answer.value) as OriginalAnswer;
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
