/** Schedules and greatest ages as a part of the daemon: which processes have one, and one deadline for all of them. (CRON, AGE) */
import type { Now } from "../../doors.ts";
import { ageDeadlineMs, stepAge } from "../../supervisor/ages.ts";
import type { GroupChange } from "../../supervisor/effects.ts";
import { isJobDue, isScheduled, jobDeadlineMs, pauseJob, resumeJob, stepJob, type Zones } from "../../supervisor/jobs.ts";
import { allMembers, findMember, type Group, type Member, type Ref } from "../../supervisor/world.ts";
import type { Turn } from "../loop/turn.ts";
import type { Part, Runtime } from "../runtime.ts";
import { zonesOf } from "./zones.ts";

export class Jobs implements Part {
  readonly #runtime: Runtime;
  /** Those with a schedule, and perhaps some that have none any more. */
  readonly #members = new Set<Member>();
  readonly #zones: Zones;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#zones = zonesOf(runtime.doors.clock);
  }

  restore(): void {
    for (const member of allMembers(this.#runtime.world)) this.#note(member);
  }

  /** From the batch on that has the change, the schedule counts. */
  groupChanged(turn: Turn, group: Group, change: GroupChange): void {
    if (change === "removed") return;
    for (const member of group.members.values()) {
      if (this.#note(member)) this.#step(turn, member);
    }
  }

  nextDeadlineMs(now: Now): number | null {
    let earliest: number | null = null;
    for (const member of this.#members) {
      if (!this.#isThere(member)) {
        this.#members.delete(member);
        continue;
      }
      for (const at of [jobDeadlineMs(this.#runtime.world, member, this.#zones, now), ageDeadlineMs(this.#runtime.world, member)]) {
        if (at !== null && (earliest === null || at < earliest)) earliest = at;
      }
    }
    return earliest;
  }

  deadlinePassed(now: Now): void {
    const { world, loop, step: takeStep } = this.#runtime;
    for (const member of this.#members) {
      if (this.#isThere(member) && (ageDeadlineMs(world, member) ?? Number.POSITIVE_INFINITY) <= now.monoMs) {
        loop.post((turn) => takeStep(turn, (step, time) => this.#isThere(member) && stepAge(world, member, time, step)));
      }
      if (this.#isThere(member) && isJobDue(this.#runtime.world, member, this.#zones, now)) {
        this.#runtime.loop.post((turn) => this.#step(turn, member));
      }
    }
  }

  /** False: it has no schedule. */
  pause(ref: Ref): Promise<boolean> {
    return this.#order(ref, pauseJob);
  }

  resume(ref: Ref): Promise<boolean> {
    return this.#order(ref, resumeJob);
  }

  async #order(ref: Ref, act: typeof pauseJob): Promise<boolean> {
    let isJob = false;
    this.#runtime.loop.post((turn) => {
      const member = findMember(this.#runtime.world, ref);
      if (member === undefined || !isScheduled(member.config)) return;
      isJob = true;
      this.#runtime.step(turn, (step, now) => act(this.#runtime.world, member, now, step));
    });
    await this.#runtime.loop.flushed();
    return isJob;
  }

  #note(member: Member): boolean {
    const isJob = isScheduled(member.config) || member.state.life.job !== undefined;
    if (isJob || member.config.maxAge !== null) this.#members.add(member);
    return isJob;
  }

  #isThere(member: Member): boolean {
    const isMeant = isScheduled(member.config) || member.state.life.job !== undefined || member.config.maxAge !== null;
    return isMeant && findMember(this.#runtime.world, member.ref) === member;
  }

  #step(turn: Turn, member: Member): void {
    if (!this.#isThere(member)) return;
    this.#runtime.step(turn, (step, now) => stepJob(this.#runtime.world, member, this.#zones, now, step));
  }
}
