/**
 * The checks of programs, as the supervisor asks for them: carried out beside the loop, some at a time, and told to the process that they are about. Nothing of
 * a check is stored: a successor makes those that were under way again. (RDY-005, HLT-006, CMN-026)
 */
import type { Probe } from "../../config/probes.ts";
import type { NetworkProbe, Now, ProbeResult } from "../../doors.ts";
import type { ProcessEffect, ProcessInput } from "../../process/state.ts";
import { Semaphore } from "../../rpc/semaphore.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { stepMember } from "../../supervisor/step.ts";
import { allMembers, findMember, type Group, type Member, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Part, Runtime } from "../runtime.ts";

/** Connections that are tried at a time; others wait in their order, and the time in which they wait is not counted. */
const NETWORK_PROBES_MAX = 64;
/** A check that ends so long after its time was over has been asleep with its host: it says nothing. */
const SLEPT_MS = 2000;

type Asked = Extract<ProcessEffect, { type: "probe" }> & { readonly ref: Ref };

export class Probes implements Part {
  readonly #runtime: Runtime;
  readonly #network = new Semaphore(NETWORK_PROBES_MAX);
  /** What is under way or waits, by the child that it is about. */
  readonly #asked = new Map<number, AbortController>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** A predecessor's checks ended with it. */
  restore(): void {
    this.#recheck("kept");
  }

  /** The daemon, or its host, has slept: what was under way says nothing. (HLT-006) */
  overslept(): void {
    this.#recheck("kept");
  }

  /** Other options: what was counted by the old ones no longer counts. */
  groupChanged(_: Turn, group: Group, change: GroupChange, only?: Ref): void {
    if (change !== "changed") return;
    for (const member of group.members.values()) if (only === undefined || member.ref === only) this.#recheckOne(member, "zero");
  }

  /** The process is gone, and what is asked of it with it. */
  reaped(child: number): void {
    this.#asked.get(child)?.abort();
  }

  ask(asked: Asked): void {
    const { probe, timeoutMs, child } = asked;
    if (!isNetworkProbe(probe)) return;
    this.reaped(child);
    const calledOff = new AbortController();
    this.#asked.set(child, calledOff);
    void this.#network.run(async () => {
      if (calledOff.signal.aborted) return;
      const began = this.#now();
      const found = await this.#runtime.doors.probe(probe, timeoutMs, calledOff.signal);
      this.#tell(asked, calledOff, found, this.#now().monoMs - began.monoMs);
    });
  }

  #tell({ ref, purpose, child, check, timeoutMs }: Asked, calledOff: AbortController, result: ProbeResult, ms: number): void {
    if (this.#asked.get(child) === calledOff) this.#asked.delete(child);
    if (calledOff.signal.aborted) return;
    const slept = ms > timeoutMs + SLEPT_MS;
    const found = slept ? { ...result, result: "error" as const, text: "this host has slept", ms } : { ...result, ms };
    this.#post(ref, { type: "probed", purpose, child, check, found });
  }

  #recheck(counts: "kept" | "zero"): void {
    for (const member of allMembers(this.#runtime.world)) this.#recheckOne(member, counts);
  }

  #recheckOne({ ref, config, state }: Member, counts: "kept" | "zero"): void {
    if (state.pid === 0 || (config.healthcheck === null && state.life.health === undefined && state.life.ready === undefined)) return;
    this.#post(ref, { type: "recheck", counts });
  }

  #post(ref: Ref, input: ProcessInput): void {
    this.#runtime.loop.post((turn) => {
      const member = findMember(this.#runtime.world, ref);
      if (member !== undefined) this.#runtime.step(turn, (step, now) => stepMember(this.#runtime.world, member, input, now, step));
    });
  }

  #now(): Now {
    return this.#runtime.doors.clock.now();
  }
}

function isNetworkProbe(probe: Probe): probe is NetworkProbe {
  return probe.kind === "tcp" || probe.kind === "unix" || probe.kind === "http";
}
