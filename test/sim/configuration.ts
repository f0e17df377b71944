/** Random configurations, as the text of a supervisord.conf: what a program does stands in its command, as words of the actor. */
import type { Chance } from "./chance.ts";
import type { LifeOptions } from "./lifeoptions.ts";
import type { ProgramPlan, Swarm } from "./programplan.ts";

const ACTOR = "/bin/actor";

export class Configuration {
  readonly #chance: Chance;
  readonly #swarm: Swarm;
  readonly #programs = new Map<string, ProgramPlan>();
  readonly #life: LifeOptions | null;
  #next = 0;

  /** `life`: the options beyond Supervisor, where programs have them. */
  constructor(chance: Chance, swarm: Swarm, life: LifeOptions | null = null) {
    this.#chance = chance;
    this.#swarm = swarm;
    this.#life = life;
    for (let i = chance.between(1, 5); i > 0; i--) this.add();
  }

  /** The file as it stands now. */
  get text(): string {
    const daemon = [
      "[supervisord]",
      "nodaemon=true",
      "logfile=/log/supervisord.log",
      "logfile_maxbytes=0",
      "pidfile=/run/supervisord.pid",
      "loglevel=debug",
      "childlogdir=/log/auto",
      "user=root",
      ...(this.#life?.ofDaemon ?? []),
      `update_mode=${this.#swarm.updatesInPlace ? "minimal" : "as-original"}`,
    ];
    const server = [
      "[unix_http_server]",
      "file=/run/supervisor.sock",
      "[rpcinterface:supervisor]",
      "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ];
    const sections = [...this.#programs.values()].flatMap((plan) => [
      `[${plan.listener ? "eventlistener" : "program"}:${plan.name}]`,
      ...plan.lines,
      ...(this.#life?.edges(plan, this.#programs) ?? []),
    ]);
    return `${[...daemon, ...server, ...sections, ...this.#groups()].join("\n")}\n`;
  }

  /** Adds, changes or removes a program. */
  change(): void {
    const names = [...this.#programs.keys()];
    const what = this.#chance.below(3);
    if (what === 0 && names.length < 8) return this.add();
    const name = names.length > 0 ? this.#chance.pick(names) : null;
    if (name === null) return this.add();
    if (what === 1 && names.length > 1) this.#programs.delete(name);
    else this.#put(name);
  }

  add(): void {
    const name = `p${this.#next++}`;
    this.#put(name);
  }

  #put(name: string): void {
    const plan = this.#draw(name);
    this.#programs.set(name, this.#life?.drawn(plan, [...this.#programs.keys()]) ?? plan);
  }

  #groups(): string[] {
    const members = [...this.#programs.values()].filter((plan) => !plan.listener).map((plan) => plan.name);
    if (!this.#swarm.groups || members.length < 3) return [];
    return ["[group:both]", `programs=${members[0]},${members[1]}`, "priority=5"];
  }

  #draw(name: string): ProgramPlan {
    const chance = this.#chance;
    if (this.#swarm.listeners && chance.happens(0.25)) return this.#listener(name);
    const most = this.#swarm.smallFrames ? 7 : 3;
    const numprocs = chance.happens(0.2) ? chance.between(2, most) : 1;
    const lines = [
      `command=${this.#command()}`,
      `autostart=${chance.happens(0.85)}`,
      `autorestart=${chance.pick(["true", "false", "unexpected"])}`,
      `startsecs=${chance.pick([0, 0, 1, 1, 3])}`,
      `startretries=${chance.pick([0, 1, 3])}`,
      `stopwaitsecs=${chance.pick([1, 2, 5])}`,
      `stopsignal=${chance.pick(["TERM", "TERM", "INT", "QUIT", "USR1"])}`,
      `exitcodes=${chance.pick(["0", "0,3", "2"])}`,
      `priority=${chance.pick([1, 5, 999])}`,
      ...(numprocs > 1 ? [`numprocs=${numprocs}`, "process_name=%(program_name)s_%(process_num)d"] : []),
      ...this.#output(name, numprocs),
    ];
    return { name, numprocs, lines, listener: false };
  }

  #listener(name: string): ProgramPlan {
    const chance = this.#chance;
    const events = chance.pick(["PROCESS_STATE", "EVENT", "TICK_5", "PROCESS_STATE_RUNNING,PROCESS_STATE_EXITED", "PROCESS_LOG"]);
    const lines = [
      `command=${ACTOR} listener:${chance.pick([0, 5, 300])}:${chance.pick(["OK", "OK", "OK", "FAIL"])}`,
      `events=${events}`,
      `buffer_size=${chance.pick([1, 10, 100])}`,
      "autorestart=true",
      `startsecs=${chance.pick([0, 1])}`,
      "stopwaitsecs=2",
    ];
    return { name, numprocs: 1, lines, listener: true };
  }

  #output(name: string, numprocs: number): string[] {
    const chance = this.#chance;
    const auto = this.#swarm.autoLogs && chance.happens(0.2);
    const number = numprocs > 1 ? "_%(process_num)d" : "";
    const target = auto ? "AUTO" : chance.happens(0.08) ? "NONE" : `/log/${name}${number}.log`;
    const small = this.#swarm.smallLogs && chance.happens(0.6);
    const logs = [
      `stdout_logfile=${target}`,
      `stdout_logfile_maxbytes=${small ? chance.between(200, 4000) : 0}`,
      "stdout_logfile_backups=9999",
    ];
    const events = this.#swarm.events && chance.happens(0.4) ? ["stdout_events_enabled=true"] : [];
    const stderr = chance.happens(0.5)
      ? ["redirect_stderr=true"]
      : [`stderr_logfile=${chance.pick(["NONE", `/log/${name}${number}.err`])}`];
    return [...logs, ...events, ...stderr];
  }

  #command(): string {
    const chance = this.#chance;
    if (this.#swarm.brokenCommands && chance.happens(0.12)) return chance.pick(["/bin/none", "/etc/data", "/log"]);
    const before = [
      ...(this.#swarm.stubborn && chance.happens(0.3) ? ["ignore:15", "ignore:2"] : []),
      ...(chance.happens(0.2) ? [`exit-on:15:${chance.pick([0, 3])}`] : []),
      ...(chance.happens(0.2) ? ["errline:oops"] : []),
    ];
    const work = chance.pick([
      () => [`count:100000:${chance.pick([97, 403, 1501])}`],
      () => [`count:${chance.between(1, 30)}:${chance.pick([0, 10])}`, `exit:${chance.pick([0, 0, 1, 3])}`],
      () => [`sleep:${chance.pick([0, 30, 900, 4000])}`, `exit:${chance.pick([0, 1, 2])}`],
      () => [`count:5:20`, `die:${chance.pick([9, 11, 15])}`],
      () => ["hold"],
      () => [`count:3:1`, `daughter:${chance.pick([200, 2500])}:`, "sleep:50", "exit:0"],
      ...(this.#swarm.floods ? [() => [`count:10:0`, `flood:${chance.pick([5000, 200_000])}`, "count:10:0", "sleep:2000", "exit:0"]] : []),
    ])();
    return [ACTOR, ...before, ...work].join(" ");
  }
}
