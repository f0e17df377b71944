/** What clients send to the stdin of processes. (RPC-106..112) */
import { ok, type Result, refuse } from "../../result.ts";
import { findMember, type Ref } from "../../supervisor/world.ts";
import type { Runtime } from "../runtime.ts";

export class ChildStdin {
  readonly #runtime: Runtime;
  /** Children that have closed their stdin. */
  readonly #closed = new Set<number>();
  /** Children whose stdin was full at the last try. */
  readonly #full = new Set<number>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async send(ref: Ref, bytes: Uint8Array): Promise<Result<true, "closed" | "full">> {
    const { world, loop, requests } = this.#runtime;
    const member = findMember(world, ref);
    const group = world.groups.get(ref.group);
    if (member === undefined || group === undefined) return refuse("closed");
    const { child } = member.state;
    if (child === 0 || group.config.kind === "fastcgi" || this.#closed.has(child)) return refuse("closed");
    return new Promise((resolve) => {
      loop.post((turn) => {
        turn.effect({ type: "stdin", child, bytes });
        requests.ping(turn, () => {
          if (this.#closed.has(child)) resolve(refuse("closed"));
          else resolve(this.#full.delete(child) ? refuse("full") : ok(true));
        });
      });
    });
  }

  /** The keeper could not hand on what was meant for a child. */
  failed(child: number, errno: string): void {
    (errno === "EPIPE" ? this.#closed : this.#full).add(child);
  }

  reaped(child: number): void {
    this.#closed.delete(child);
  }
}
