/** The options beyond Supervisor in random configurations: what programs depend on, when they are ready, well, started again, run by a schedule. */
import type { Chance } from "./chance.ts";
import type { ProgramPlan, Swarm } from "./programplan.ts";

/** What a program may ask of one that was added before it, so that there are no circles. */
type Need = { readonly name: string; readonly condition: string; readonly isBound: boolean };

/** Options that a job may not have. */
const NOT_OF_A_JOB = /^(autorestart|startsecs|startretries)=/;
const HOOKS = ["pre_start", "post_start", "pre_stop", "stop_command", "post_stop", "on_fatal"];
const HOOK_WORDS = [
  "exit:0",
  "exit:0",
  "line:hook sleep:200 exit:0",
  "sleep:30 exit:1",
  "sleep:2000 exit:0",
  "ignore:15 hold",
  "hold",
  "die:11",
];
const PROBES = ["tcp:5432", "unix:/run/some.sock", "http://127.0.0.1:8000/health"];
const COMMANDS = ["exit:0", "sleep:30 exit:0", "exit:1", "exit:127", "sleep:2000 exit:0"].map((words) => `exec:/bin/actor ${words}`);
/** What programs say of themselves before they do what they are for; some say it late, twice, or not at all. */
const SAYINGS = [
  "",
  "notify:READY=1 ready-fd:5",
  "sleep:200 notify:STATUS=warm ready-fd:5 notify:READY=1",
  "notify:READY=1 ready-fd:5 notify:WATCHDOG=1 sleep:700 notify:WATCHDOG=1 sleep:700 notify:WATCHDOG=1",
  "ready-fd:5 notify:READY=1 sleep:300 notify:RELOADING=1 sleep:300 notify:READY=1",
  "notify:READY=1 ready-fd:5 notify:RELOADING=1",
  "notify:EXTEND_TIMEOUT_USEC=900000 sleep:800 notify:READY=1 close-fd:5",
  "notify:READY=1 ready-fd:5 notify:STOPPING=1 notify:WATCHDOG=trigger notify:MAINPID=1 notify:",
];
const CONDITIONS = ["", "", "", ":started", ":running", ":ready", ":healthy", ":exited_ok"];

export class LifeOptions {
  readonly #chance: Chance;
  readonly #ofDaemon: readonly string[];
  readonly #needs = new Map<string, readonly Need[]>();

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#ofDaemon = chance.happens(0.3) ? [`shutdown_timeout=${chance.pick(["500ms", "3s", "20s"])}`] : [];
  }

  /** Output is what plain histories are about: here most runs have little of it, so that more of them can be run. */
  calmer(swarm: Swarm): Swarm {
    const chance = this.#chance;
    const seldom = (drawn: boolean, share: number): boolean => chance.happens(share) && drawn;
    return { ...swarm, events: seldom(swarm.events, 0.3), smallLogs: seldom(swarm.smallLogs, 0.3), floods: seldom(swarm.floods, 0.1) };
  }

  /** A program as it was drawn, with more options. `names`: the programs that there are. */
  drawn(plan: ProgramPlan, names: readonly string[]): ProgramPlan {
    const chance = this.#chance;
    const own = numberOf(plan.name);
    const earlier = names.filter((name) => numberOf(name) < own);
    this.#needs.set(plan.name, earlier.length > 0 && chance.happens(0.6) ? this.#someNeeds(earlier) : []);
    const isJob = !plan.listener && chance.happens(0.2);
    const isOneshot = !plan.listener && !isJob && chance.happens(0.15);
    const kept = isJob || isOneshot ? plan.lines.filter((line) => !NOT_OF_A_JOB.test(line)) : plan.lines;
    const kind = isJob ? this.#schedule() : isOneshot ? this.#oneshot() : this.#checks(plan);
    return {
      ...plan,
      lines: [
        ...(isJob || isOneshot ? kept : this.#saying(kept)),
        ...this.#restarts(isJob),
        ...kind,
        ...this.#limits(),
        ...this.#envfile(plan.name),
        ...this.#hooks(),
      ],
    };
  }

  /** Lines of [supervisord]. */
  get ofDaemon(): readonly string[] {
    return this.#ofDaemon;
  }

  /** A file of variables as somebody has left it: some cannot be read. null: it is gone. */
  variables(): { readonly path: string; readonly text: string | null } {
    const chance = this.#chance;
    return { path: envfileOf(`p${chance.below(6)}`), text: chance.pick(["A=1\n", "A=2\nB='two'\n", "no name\n", "A='open\n", null]) };
  }

  /** The lines that name other programs: only those that are there, and what they can be. */
  edges({ name }: ProgramPlan, programs: ReadonlyMap<string, ProgramPlan>): string[] {
    const needs = (this.#needs.get(name) ?? []).filter((need) => programs.has(need.name));
    const listed = (isBound: boolean): string =>
      needs
        .filter((need) => need.isBound === isBound)
        .map((need) => `${need.name}${possible(need.condition, programs.get(need.name))}`)
        .join(",");
    const [depends, bound] = [listed(false), listed(true)];
    return [...(depends === "" ? [] : [`depends_on=${depends}`]), ...(bound === "" ? [] : [`bind_to=${bound}`])];
  }

  #someNeeds(earlier: readonly string[]): readonly Need[] {
    const chance = this.#chance;
    const names = new Set(Array.from({ length: chance.between(1, 2) }, () => chance.pick(earlier)));
    return [...names].map((name) => ({ name, condition: chance.pick(CONDITIONS), isBound: chance.happens(0.3) }));
  }

  #restarts(isJob: boolean): string[] {
    const chance = this.#chance;
    const paused = [
      `restart_delay=${chance.pick(["300ms", "1s", "3s"])}`,
      `restart_backoff=${chance.pick([1, 1.5, 2, 10])}`,
      `restart_delay_max=${chance.pick(["3s", "10s"])}`,
      `restart_jitter=${chance.pick([0, 0, 0.2, 1])}`,
      `restart_reset=${chance.pick(["500ms", "5s", "60s"])}`,
    ];
    return [
      ...(chance.happens(0.5) ? paused : []),
      ...(chance.happens(0.3) ? [`restart_limit=${chance.pick(["1/5s", "3/10s", "5/1m"])}`] : []),
      ...(!isJob && chance.happens(0.3) ? [`fatal_retry=${chance.pick(["1s", "5s", "20s"])}`] : []),
    ];
  }

  #oneshot(): string[] {
    return ["type=oneshot", ...(this.#chance.happens(0.4) ? [`startretries=${this.#chance.pick([1, 2, "infinite"])}`] : [])];
  }

  #hooks(): string[] {
    const chance = this.#chance;
    if (!chance.happens(0.3)) return [];
    const drawn = HOOKS.filter(() => chance.happens(0.4)).map((hook) => `${hook}=/bin/actor ${chance.pick(HOOK_WORDS)}`);
    return [...drawn, `hook_timeout=${chance.pick(["300ms", "1s", "4s"])}`];
  }

  #envfile(name: string): string[] {
    const chance = this.#chance;
    return chance.happens(0.15) ? [`envfile=${chance.pick(["", "-"])}${envfileOf(name)}`] : [];
  }

  /** The program with words of its own about itself. */
  #saying(lines: readonly string[]): readonly string[] {
    const said = this.#chance.pick(SAYINGS);
    return said === "" ? lines : lines.map((line) => line.replace(/^command=\/bin\/actor /, (begin) => `${begin}${said} `));
  }

  #checks({ listener }: ProgramPlan): string[] {
    const chance = this.#chance;
    const ready = [
      `ready_when=${chance.pick([...PROBES, ...COMMANDS, "notify", "notify", "fd:5", ...(listener ? [] : ["log:^\\d+ 1$", "log:oops"])])}`,
      `ready_interval=${chance.pick(["100ms", "1s"])}`,
      `ready_timeout=${chance.pick([0, "500ms", "3s"])}`,
    ];
    const health = [
      `healthcheck=${chance.pick([...PROBES, ...COMMANDS, "watchdog", "watchdog"])}`,
      `healthcheck_interval=${chance.pick(["1s", "4s"])}`,
      "healthcheck_timeout=1s",
      `healthcheck_failures=${chance.between(1, 3)}`,
      `healthcheck_grace=${chance.pick([0, "2s"])}`,
      `healthcheck_action=${chance.pick(["restart", "event"])}`,
    ];
    return [...(chance.happens(0.4) ? ready : []), ...(chance.happens(0.4) ? health : [])];
  }

  #schedule(): string[] {
    const chance = this.#chance;
    return [
      `cron=${chance.pick(["@every 1s", "@every 2s", "@every 5s", "@every 30s", "*/3 * * * * *", "0,1,30 * * * * *", "* * * * *"])}`,
      `cron_overlap=${chance.pick(["skip", "queue", "kill"])}`,
      `cron_missed=${chance.pick(["skip", "once"])}`,
    ];
  }

  #limits(): string[] {
    const chance = this.#chance;
    return [
      ...(chance.happens(0.2) ? [`max_age=${chance.pick(["1s", "6s"])}`] : []),
      ...(chance.happens(0.15) ? ["max_memory_restart=100MB"] : []),
      ...(chance.happens(0.2) ? ["killtree=true"] : []),
      ...(chance.happens(0.2) ? [`depends_timeout=${chance.pick(["2s", "15s"])}`] : []),
      ...(chance.happens(0.03) ? [`exit_on=${chance.pick(["fatal", "failure", "exit"])}`] : []),
    ];
  }
}

/** A condition that the other program can never fulfil is an error of the configuration. */
function possible(condition: string, other: ProgramPlan | undefined): string {
  const lines = other?.lines ?? [];
  if (condition === ":healthy" && !lines.some((line) => line.startsWith("healthcheck="))) return "";
  const isForEver = other?.listener === true || lines.includes("autorestart=true");
  return condition === ":exited_ok" && isForEver ? "" : condition;
}

function envfileOf(name: string): string {
  return `/etc/${name}.env`;
}

function numberOf(name: string): number {
  return Number(name.slice(1));
}
