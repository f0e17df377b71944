/** Upgrades in place: ordered, carried out by the keeper, and taken up by the daemon that comes after. (UPG) */

import { EFFECTS } from "../../link/keepereffects.ts";
import type { Report } from "../../link/messages.ts";
import { ok, type Result, refuse } from "../../result.ts";
import type { LastUpgrade, Upgraded, UpgradeOptions, Versions } from "../../rpc/control.ts";
import { recordKeys } from "../../supervisor/records.ts";
import { allMembers } from "../../supervisor/world.ts";
import { postLine } from "../loop/activitylog.ts";
import { errnoName } from "../loop/errno.ts";
import type { Turn } from "../loop/turn.ts";
import type { Inheritance, Part, Runtime } from "../runtime.ts";
import { makePlan, type Plan, type Refused, runningNames } from "./checks.ts";
import { namesText, storedUpgrade, type UpgradeRecord, upgradeRecord } from "./record.ts";
import { installedRoot, readTarget } from "./target.ts";

/** A write to a log that hangs for longer leaves everything as it is. */
const FREEZE_MS = 5000;
/** So long the last batches and answers may take; the keeper waits for a second. */
const END_MS = 500;
/** For answers to get on their way. */
const ANSWER_MS = 10;
/** Steps from this one on come from a keeper that had begun, and went back. */
const STEP_EXEC = 7;
/** What is executed when the keeper stays what it is: its own file, also where another one lies at its path. */
const OWN_FILE = "/proc/self/exe";

type Outcome = Result<Upgraded, string>;

export class Upgrades implements Part {
  readonly #runtime: Runtime;
  #last: UpgradeRecord | null = null;
  #isUnderWay = false;
  /** The order that the keeper has, and who waits for what comes of it. */
  #ordered: { readonly id: number; readonly settle: (refused: Refused | null) => void } | null = null;
  #endsAtMs: number | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  restore(found: Inheritance): void {
    this.#last = storedUpgrade(found);
    const last = this.#last;
    if (last === null || last.isOver || last.by === "keeper") return;
    this.#runtime.loop.post((turn) => this.#isOver(turn, last, null));
  }

  /** `report`: that of the signal that ordered it, acknowledged with what comes of it. */
  async order(options: UpgradeOptions, report = 0n): Promise<Outcome> {
    if (this.#isUnderWay || this.#endsAtMs !== null) return refuse("another upgrade is under way");
    this.#isUnderWay = true;
    try {
      return await this.#carryOut(options, report);
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #carryOut(options: UpgradeOptions, report: bigint): Promise<Outcome> {
    const { loop, world } = this.#runtime;
    const plan =
      world.mood === "RUNNING" ? await makePlan(this.#runtime, options) : refuse({ step: 1, text: "supervisord is not RUNNING" });
    if (!plan.ok) return this.#refused(plan.error, { options, report });
    if (!plan.value.differs || options.check) {
      loop.post((turn) => turn.acknowledge(report));
      return ok(this.#told(plan.value, plan.value.differs ? "checked" : "nothing"));
    }
    return this.#ordersKeeper(plan.value, report);
  }

  async #ordersKeeper(plan: Plan, report: bigint): Promise<Outcome> {
    const { loop } = this.#runtime;
    const record = this.#newRecord(plan);
    const refused = await new Promise<Refused | null>((settle) => {
      loop.post((turn) => {
        turn.acknowledge(report);
        this.#write(turn, record);
        if (plan.by === "restart") {
          turn.effect({ type: "restart-daemon" });
          return void turn.after.push(() => settle(null));
        }
        this.#ordered = { id: record.id, settle };
        const { argv } = plan.target;
        return turn.effect({ type: "upgrade", token: record.id, keeper: plan.keeper ?? OWN_FILE, argv, waitMs: FREEZE_MS });
      });
    });
    this.#ordered = null;
    if (refused !== null) return refuse(refusalText(refused));
    this.#end(record);
    return ok(this.#told(plan, "begun"));
  }

  /** The keeper's word. */
  heard(turn: Turn, report: Extract<Report, { type: "upgrading" | "upgrade" }>): void {
    turn.acknowledge(report.report);
    const isOurs = this.#ordered?.id === report.token;
    if (report.type === "upgrading") return isOurs ? this.#ordered?.settle(null) : undefined;
    const { step, errno, text } = report;
    const refused = step === 0 ? null : { step, text: text !== "" ? text : errnoName(errno) };
    // A new daemon that does not come up is told of behind a step 0.
    if (this.#last?.id === report.token && (!this.#last.isOver || refused !== null)) this.#isOver(turn, this.#last, refused);
    if (isOurs) this.#ordered?.settle(refused);
  }

  /** A keeper of a release that could not be replaced. False: it was asked for nothing. */
  unknown(turn: Turn, tag: number): boolean {
    if (tag !== EFFECTS.upgrade.tag || this.#ordered === null) return false;
    const refused = { step: 2, text: "this keeper is too old to be replaced; it can be replaced only by a restart of supervisord" };
    if (this.#last !== null) this.#isOver(turn, this.#last, refused);
    this.#ordered.settle(refused);
    return true;
  }

  nextDeadlineMs(): number | null {
    return this.#endsAtMs;
  }

  deadlinePassed(now: { readonly monoMs: number }): void {
    if (this.#endsAtMs !== null && now.monoMs >= this.#endsAtMs) this.#runtime.doors.self.exit(0);
  }

  async versions(): Promise<Versions> {
    const { doors, keeperVersion, keeperNames } = this.#runtime;
    const { keeper, keeperBuild, daemon } = runningNames(this.#runtime);
    const installed = await readTarget(doors, await installedRoot(doors), false);
    const { version, build } = installed.ok ? installed.value.data : { version: "", build: "" };
    return {
      ...{ keeper, keeperBuild, daemon, node: doors.installation.nodeVersion, protocol: keeperVersion, table: keeperNames?.table ?? 0 },
      ...{ installedKeeper: version, installedKeeperBuild: build, installedDaemon: version },
      lastUpgrade: this.#last === null ? null : lastUpgrade(this.#last),
    };
  }

  #refused(refused: Refused, { options, report }: { readonly options: UpgradeOptions; readonly report: bigint }): Outcome {
    const names = runningNames(this.#runtime);
    const nothing = { by: "restart" as const, to: names, node: "" };
    this.#runtime.loop.post((turn) => {
      turn.acknowledge(report);
      if (!options.check) this.#isOver(turn, { ...this.#newRecord(nothing), isOver: true }, refused);
    });
    return refuse(refusalText(refused));
  }

  #newRecord({ by, to, node }: Pick<Plan, "by" | "to" | "node">): UpgradeRecord {
    const from = runningNames(this.#runtime);
    const atWallMs = this.#runtime.doors.clock.now().wallMs;
    const none = { step: 0, error: "", isOver: false, awaySinceMs: null, awayMs: null, processes: this.#processes() };
    return { id: ((this.#last?.id ?? 0) % 0x7fff_ffff) + 1, atWallMs, by, from, to, node, ...none };
  }

  #processes(): number {
    return [...allMembers(this.#runtime.world)].filter(({ state }) => state.pid !== 0).length;
  }

  #write(turn: Turn, record: UpgradeRecord): void {
    this.#last = record;
    turn.state(recordKeys.upgrade, upgradeRecord(record));
  }

  #isOver(turn: Turn, record: UpgradeRecord, refused: Refused | null): void {
    const { clock } = this.#runtime.doors;
    const awayMs = record.awaySinceMs === null ? null : Math.max(0, clock.now().monoMs - record.awaySinceMs);
    const { step, text: error } = refused === null ? { step: 0, text: "" } : { step: refused.step, text: refusalText(refused) };
    this.#write(turn, { ...record, isOver: true, step, error, awayMs });
    if (refused !== null) return this.#runtime.activity.write(turn, "warn", `${error.replaceAll("\n", "; ")}; everything goes on as it is`);
    const away = awayMs === null ? "" : `, control was away for ${(awayMs / 1000).toFixed(2)} s`;
    return this.#runtime.activity.write(turn, "info", `upgraded in place: ${namesText(record.from, record.to).join(", ")}${away}`);
  }

  /** The last batch; the next daemon goes on from there. Clients that wait ask again. */
  #end(record: UpgradeRecord): void {
    const { loop, doors } = this.#runtime;
    const now = doors.clock.now().monoMs;
    this.#endsAtMs = now + END_MS;
    loop.post((turn) => this.#write(turn, { ...record, awaySinceMs: now }));
    void loop.flushed().then(() => {
      this.#endsAtMs = Math.min(now + END_MS, doors.clock.now().monoMs + ANSWER_MS);
      loop.deadlineChanged();
    });
  }

  #told({ to, node }: Plan, outcome: Upgraded["outcome"]): Upgraded {
    const { keeper, keeperBuild, daemon } = runningNames(this.#runtime);
    const installed = { installedKeeper: to.keeper, installedKeeperBuild: to.keeperBuild, installedDaemon: to.daemon };
    const id = outcome === "begun" ? (this.#last?.id ?? 0) : 0;
    return { outcome, id, keeper, keeperBuild, daemon, ...installed, node, processes: this.#processes() };
  }
}

/** `kill -USR1`. */
export function orderBySignal(runtime: Runtime, upgrades: Upgrades, turn: Turn, report: bigint): void {
  runtime.activity.write(turn, "warn", "received SIGUSR1 indicating upgrade request");
  void upgrades.order({ check: false, daemonOnly: false, force: false, from: null }, report).then((outcome) => {
    if (outcome.ok && outcome.value.outcome === "nothing") {
      postLine(runtime, "info", `nothing to upgrade: ${outcome.value.daemon} runs and is installed`);
    } else if (!outcome.ok && outcome.error === "another upgrade is under way") postLine(runtime, "warn", outcome.error);
  });
}

function refusalText({ step, text }: Refused): string {
  return step >= STEP_EXEC ? `upgrade failed at step ${step}: ${text}` : `upgrade refused at step ${step}: ${text}`;
}

function lastUpgrade({ id, atWallMs, isOver, step, error, from, to, node, awayMs, processes }: UpgradeRecord): LastUpgrade {
  const names = { fromKeeper: from.keeper, fromKeeperBuild: from.keeperBuild, fromDaemon: from.daemon };
  const next = { toKeeper: to.keeper, toKeeperBuild: to.keeperBuild, toDaemon: to.daemon };
  return { id, at: Math.floor(atWallMs / 1000), over: isOver, step, error, ...names, ...next, node, awayMs: awayMs ?? 0, processes };
}
