/** How much memory the programs with max_memory_restart take, they and their descendants: looked at while there are any. (LIM-006) */
import { childrenIn, makeLook, treeOf } from "../../api/usage.ts";
import type { Sampled } from "../../api/watch.ts";
import type { Now } from "../../doors.ts";
import { LOOK_MS, LOOKS_IN_A_ROW } from "../../process/memory.ts";
import type { Result } from "../../result.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { stepMember } from "../../supervisor/step.ts";
import { allMembers, findMember, type Group, type Member } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Part, Runtime } from "../runtime.ts";

export class MemoryLimits implements Part {
  readonly #runtime: Runtime;
  readonly #sample: () => Promise<Result<Sampled, string>>;
  /** Those with the option, and perhaps some that have it no more. */
  readonly #members = new Set<Member>();
  /** By run, how often in a row it was above its limit. */
  #above: ReadonlyMap<number, number> = new Map();
  #nextMs: number | null = null;

  constructor(runtime: Runtime, sample: () => Promise<Result<Sampled, string>>) {
    this.#runtime = runtime;
    this.#sample = sample;
  }

  restore(): void {
    for (const member of allMembers(this.#runtime.world)) this.#note(member);
  }

  groupChanged(_: Turn, group: Group, change: GroupChange): void {
    if (change === "removed") return;
    for (const member of group.members.values()) this.#note(member);
  }

  nextDeadlineMs(now: Now): number | null {
    if (this.#members.size === 0) return null;
    this.#nextMs ??= now.monoMs + LOOK_MS;
    return this.#nextMs;
  }

  deadlinePassed(now: Now): void {
    if (this.#nextMs === null || now.monoMs < this.#nextMs) return;
    this.#nextMs = null;
    for (const member of this.#members) {
      const isThere = member.config.maxMemoryRestart !== null && findMember(this.#runtime.world, member.ref) === member;
      if (!isThere) this.#members.delete(member);
    }
    if (this.#members.size > 0) void this.#sample().then((sampled) => sampled.ok && this.#look(sampled.value));
  }

  #note(member: Member): void {
    if (member.config.maxMemoryRestart !== null) this.#members.add(member);
  }

  #look(sampled: Sampled): void {
    const look = makeLook(sampled.processes, this.#runtime.doors.clock.now().monoMs);
    const children = childrenIn(look);
    const above = new Map<number, number>();
    for (const member of this.#members) {
      const { state, pid, child } = member.state;
      const root = state === "RUNNING" ? look.processes.get(pid) : undefined;
      if (root === undefined) continue;
      const bytes = treeOf(root, children).reduce((sum, { memory }) => sum + memory, 0);
      if (bytes <= (member.config.maxMemoryRestart ?? Number.POSITIVE_INFINITY)) continue;
      const count = (this.#above.get(child) ?? 0) + 1;
      above.set(child, count);
      if (count >= LOOKS_IN_A_ROW) this.#tell(member, child, bytes);
    }
    this.#above = above;
  }

  #tell(member: Member, child: number, bytes: number): void {
    this.#runtime.loop.post((turn) => {
      if (findMember(this.#runtime.world, member.ref) !== member) return;
      this.#runtime.step(turn, (step, now) => stepMember(this.#runtime.world, member, { type: "too-large", child, bytes }, now, step));
    });
  }
}
