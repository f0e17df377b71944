/**
 * From the names in `depends_on` and `bind_to` to the processes that they mean, once all groups are read, and everything that can be wrong with them: unknown
 * names, conditions that can never hold, circles. Equal texts are looked up once and share what comes of it: many processes may depend on many.
 */
import { type Edge, findCycles } from "./cycles.ts";
import type { Findings } from "./findings.ts";
import type { GroupConfig, ProcessConfig } from "./model.ts";
import { nearest } from "./nearest.ts";
import type { SectionReader } from "./reader.ts";
import { CONDITIONS, NO_TARGETS, type Target, targetKey, type WrittenTarget } from "./targets.ts";

export type DependencyOption = "depends_on" | "bind_to";

/** An option that is written in a section, for one process. */
type Written = {
  readonly option: DependencyOption;
  readonly reader: SectionReader;
  readonly process: ProcessConfig;
  readonly targets: readonly WrittenTarget[];
};

/** What a name with its condition stands for. */
type Found = {
  readonly targets: readonly Target[];
  readonly isEmpty: boolean;
  /** Why the condition can never hold. */
  readonly problem: Problem | null;
};

/** `text` is what follows the option's name. */
type Problem = { readonly text: string; readonly hint: string };

/** The processes of a program in one of the groups that it is in. */
type ProgramPart = { readonly group: string; readonly processes: readonly ProcessConfig[] };

/** Fields that are filled when all groups are known. */
const FIELDS = { depends_on: "dependsOn", bind_to: "bindTo" } as const;

/** Collects what the sections say while they are read. */
export class Dependencies {
  readonly #written: Written[] = [];
  readonly #programs = new Map<string, ProgramPart[]>();

  /** Takes what was read of a process; who is meant is known when all groups are. */
  take(reader: SectionReader, process: ProcessConfig): void {
    for (const [option, field] of Object.entries(FIELDS) as [DependencyOption, "dependsOn" | "bindTo"][]) {
      const written: readonly WrittenTarget[] = process[field];
      if (written.length === 0) continue;
      (process as { -readonly [F in "dependsOn" | "bindTo"]: ProcessConfig[F] })[field] = NO_TARGETS;
      this.add(reader, option, process, written);
    }
  }

  add(reader: SectionReader, option: DependencyOption, process: ProcessConfig, targets: readonly WrittenTarget[]): void {
    if (targets.length > 0) this.#written.push({ option, reader, process, targets });
  }

  addProgram(name: string, group: string, processes: readonly ProcessConfig[]): void {
    const parts = this.#programs.get(name);
    if (parts === undefined) this.#programs.set(name, [{ group, processes }]);
    else parts.push({ group, processes });
  }

  /** Gives the processes of the groups their targets. `sections` are the names of all sections in their order. */
  resolve(groups: readonly GroupConfig[], sections: Iterable<string>, findings: Findings): void {
    if (this.#written.length === 0) return;
    const names = new Names(groups, this.#programs);
    const groupOf = new Map(groups.flatMap((group) => group.processes.map((process): [ProcessConfig, string] => [process, group.name])));
    const lists = new Map<string, readonly Target[]>();
    const edges: Edge[] = [];
    for (const written of this.#written) {
      const { option, reader, process } = written;
      const group = groupOf.get(process);
      // A process or a group of the same name has taken its place.
      if (group === undefined) continue;
      const targets = shared(this.#lookUp(written, names, findings), lists);
      const fields = process as { -readonly [F in "dependsOn" | "bindTo"]: ProcessConfig[F] };
      const field = FIELDS[option];
      fields[field] = fields[field].length === 0 ? targets : shared(joined(fields[field], targets), lists);
      edges.push({ option, reader, process, group, targets });
    }
    for (const { edge, names: circle } of findCycles(groups, inFileOrder(edges, sections))) {
      edge.reader.fail(edge.option, `${edge.option} forms a cycle: ${circle.join(" -> ")}`, "take one of the edges out");
    }
  }

  #lookUp({ reader, option, targets }: Written, names: Names, findings: Findings): readonly Target[] {
    return targets.flatMap((written) => {
      const found = names.find(written);
      if (found === null) {
        reader.fail(option, `${option} names unknown ${written.name}`, names.remedy(written));
        return [];
      }
      if (found.problem !== null) reader.fail(option, `${option} ${found.problem.text}`, found.problem.hint);
      if (found.isEmpty) {
        const { name } = reader.section;
        findings.remarkOnce("warn", `${option} in [${name}] waits for ${written.name}, which has no processes: that always holds`);
      }
      return found.targets;
    });
  }
}

/** The same list for all processes with the same targets. */
function shared(targets: readonly Target[], lists: Map<string, readonly Target[]>): readonly Target[] {
  const key = targets.map(targetKey).join("\n");
  const list = lists.get(key) ?? targets;
  lists.set(key, list);
  return list;
}

function inFileOrder(edges: readonly Edge[], sections: Iterable<string>): readonly Edge[] {
  const places = new Map([...sections].map((name, index) => [name, index]));
  const placed = edges.map((edge) => ({
    edge,
    section: places.get(edge.reader.section.name) ?? 0,
    line: edge.reader.written(edge.option)?.line ?? 0,
  }));
  return placed.sort((a, b) => a.section - b.section || a.line - b.line).map(({ edge }) => edge);
}

/** Those of a group behind those of the process itself, each once. */
function joined(own: readonly Target[], more: readonly Target[]): readonly Target[] {
  const known = new Set(own.map(targetKey));
  return [...own, ...more.filter((target) => !known.has(targetKey(target)))];
}

function conditionProblem({ name, condition }: WrittenTarget, processes: readonly ProcessConfig[]): Problem | null {
  if (condition === "healthy" && !processes.every(hasHealthcheck)) {
    const text = `waits for ${name} to be healthy, and ${name} has no healthcheck`;
    return { text, hint: `add healthcheck to [program:${name}], or wait for ready` };
  }
  if (condition === "exited_ok" && processes.some(({ autorestart }) => autorestart === "always")) {
    const text = `waits for ${name} to be exited_ok, and autorestart=true never lets it be`;
    return { text, hint: `set type=oneshot or autorestart=unexpected in [program:${name}]` };
  }
  return null;
}

function hasHealthcheck(process: ProcessConfig): boolean {
  return process.healthcheck !== null;
}

/** What names stand for: a group, the processes of a program inside its group, one process. */
class Names {
  readonly #groups: ReadonlyMap<string, GroupConfig>;
  readonly #programs: ReadonlyMap<string, readonly ProgramPart[]>;
  readonly #found = new Map<string, Found | null>();
  /** The groups that have a process of this name. */
  readonly #places = new Map<string, string[]>();
  readonly #members = new Map<string, ReadonlyMap<string, ProcessConfig>>();

  constructor(groups: readonly GroupConfig[], programs: ReadonlyMap<string, readonly ProgramPart[]>) {
    this.#groups = new Map(groups.map((group) => [group.name, group]));
    this.#programs = programs;
    for (const group of groups) {
      for (const { name } of group.processes) {
        const places = this.#places.get(name);
        if (places === undefined) this.#places.set(name, [group.name]);
        else places.push(group.name);
      }
    }
  }

  /** null: there is no such thing. */
  find(written: WrittenTarget): Found | null {
    const key = targetKey(written);
    let found = this.#found.get(key);
    if (found === undefined) {
      const targets = this.#search(written);
      const processes = (targets ?? []).flatMap((target) => this.#processesOf(target));
      found = targets === null ? null : { targets, isEmpty: processes.length === 0, problem: conditionProblem(written, processes) };
      this.#found.set(key, found);
    }
    return found;
  }

  #processesOf({ group, processes }: Target): readonly ProcessConfig[] {
    const config = this.#groups.get(group);
    if (config === undefined || processes === null) return config?.processes ?? [];
    const members = this.#membersOf(config);
    return processes.flatMap((name) => members.get(name) ?? []);
  }

  #search(written: WrittenTarget): readonly Target[] | null {
    const { name } = written;
    const target = (group: string, processes: readonly string[] | null): Target => ({ ...written, group, processes });
    const colon = name.indexOf(":");
    if (colon >= 0) {
      const [group, process] = [this.#groups.get(name.slice(0, colon)), name.slice(colon + 1)];
      if (group === undefined) return null;
      if (process === "*") return [target(group.name, null)];
      return this.#membersOf(group).has(process) ? [target(group.name, [process])] : null;
    }
    if (this.#groups.has(name)) return [target(name, null)];
    const parts = this.#programs.get(name)?.filter(({ group }) => this.#groups.has(group));
    if (parts !== undefined && parts.length > 0) {
      return parts.map(({ group, processes }) =>
        target(
          group,
          processes.map((process) => process.name),
        ),
      );
    }
    const places = this.#places.get(name) ?? [];
    return places.length === 1 ? places.map((group) => target(group, [name])) : null;
  }

  remedy({ name }: WrittenTarget): string {
    if (name === "") return "remove the comma too many";
    if (/\s/.test(name)) return "separate the names with commas";
    const places = this.#places.get(name) ?? [];
    if (places.length > 1) return `several groups have it: write ${places.map((group) => `${group}:${name}`).join(" or ")}`;
    const near = this.#nearest(name);
    if (near !== null) return `did you mean ${near}?`;
    return name.includes(":") ? "write a name, group:process or group:*" : `add a section [program:${name}], or take the name out`;
  }

  #nearest(name: string): string | null {
    const plain = [...new Set([...this.#groups.keys(), ...this.#programs.keys(), ...this.#places.keys()])];
    const colon = name.indexOf(":");
    if (colon < 0) return nearest(name, plain);
    const [first, second] = [name.slice(0, colon), name.slice(colon + 1)];
    const condition = plain.includes(first) ? nearest(second, CONDITIONS) : null;
    if (condition !== null) return `${first}:${condition}`;
    const group = this.#groups.get(first) ?? this.#groups.get(nearest(first, this.#groups.keys()) ?? "");
    if (group === undefined) return null;
    const process = second === "*" ? second : nearest(second, this.#membersOf(group).keys());
    return process === null ? null : `${group.name}:${process}`;
  }

  #membersOf(group: GroupConfig): ReadonlyMap<string, ProcessConfig> {
    let members = this.#members.get(group.name);
    if (members === undefined) {
      members = new Map(group.processes.map((process) => [process.name, process]));
      this.#members.set(group.name, members);
    }
    return members;
  }
}
