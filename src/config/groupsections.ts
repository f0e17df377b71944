/**
 * All groups of a configuration (config.md, sections 9 to 12), in the order in which the original builds them: [group:x], programs that are in no group,
 * listeners, FastCGI programs. Each kind of section is read by a file of its own; this one decides what becomes a group.
 */

import type { Dependencies } from "./dependencies.ts";
import type { ExitCodeFrom } from "./exitcodefrom.ts";
import { byCodePoint } from "./expand.ts";
import type { BaseNames } from "./expansionnames.ts";
import { readFastCgiSocket } from "./fastcgisection.ts";
import type { IniSection } from "./ini.ts";
import { readPool } from "./listeners.ts";
import type { Ini } from "./merge.ts";
import type { GroupConfig, GroupKind, ProcessConfig } from "./model.ts";
import { nearest } from "./nearest.ts";
import { FCGI_PROGRAM, GROUP, PROGRAM } from "./optiontable.ts";
import { parseName } from "./optiontypes.ts";
import { type ProgramPlace, readProcesses } from "./programs.ts";
import { SectionReader, type Surroundings } from "./reader.ts";

export type GroupFacts = {
  readonly ini: Ini;
  readonly base: BaseNames;
  /** The variables of [supervisord] environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly exitCodeFrom: ExitCodeFrom | null;
  readonly around: Surroundings;
  readonly dependencies: Dependencies;
};

/** In the order of building; see `sortedGroups`. */
export function readGroups(facts: GroupFacts): GroupConfig[] {
  const { ini, around } = facts;
  const sections = [...ini.sections.values()];
  const readersOf = (prefix: string, except: ReadonlySet<string>): SectionReader[] =>
    sections.filter(({ name }) => name.startsWith(prefix) && !except.has(name)).map((section) => new SectionReader(ini, section, around));
  const members = new Set<string>();
  const nobody: ReadonlySet<string> = new Set();
  return [
    ...readersOf("group:", nobody).map((reader) => readGroup(reader, facts, members)),
    ...readersOf("program:", members).map((reader) => readProgramGroup(reader, facts)),
    ...readersOf("eventlistener:", nobody).map((reader) => readListenerGroup(reader, facts)),
    ...readersOf("fcgi-program:", members).map((reader) => readFastCgiGroup(reader, facts)),
  ].filter((group) => group !== null);
}

/** By priority, then by name as text. (CONF-268) Of two groups with one name only the first counts, and that is said. (CONF-269) */
export function sortedGroups(groups: readonly GroupConfig[], around: Surroundings): GroupConfig[] {
  const sorted = byPriorityAndName(groups);
  const names = new Set<string>();
  return sorted.filter(({ name }) => {
    const isFirst = !names.has(name);
    names.add(name);
    if (!isFirst) around.findings.remark("warn", `More than one group is called ${name}; only the one with the lowest priority exists`);
    return isFirst;
  });
}

export function byPriorityAndName(groups: readonly GroupConfig[]): GroupConfig[] {
  return [...groups].sort((a, b) => a.priority - b.priority || byCodePoint(a.name, b.name));
}

/** (CONF-252..CONF-266) Every program that a group names is taken out of `readersOf("program:")` by `members`. */
function readGroup(reader: SectionReader, facts: GroupFacts, members: Set<string>): GroupConfig {
  const names = facts.base.hereToo;
  const name = readName(reader);
  const programs = reader.read("programs", GROUP.programs, names);
  const priority = reader.read("priority", GROUP.priority, names);
  const processes: ProcessConfig[] = [];
  for (const program of programs) {
    const section = findMember(reader, program, facts.ini);
    if (section === null) continue;
    members.add(section.name);
    const member = new SectionReader(facts.ini, section, facts.around);
    if (section.name.startsWith("fcgi-program:")) {
      reader.warn(`[${section.name}] is a member of [${reader.section.name}]: inside a group it gets no FastCGI socket`);
    }
    processes.push(...readProcesses(member, placeIn(name, facts)));
  }
  const dependsOn = reader.naming().read("depends_on", GROUP.depends_on, names);
  for (const process of processes) facts.dependencies.add(reader.naming(), "depends_on", process, dependsOn);
  return { name, priority, kind: "programs", processes: distinct(processes, name, reader) };
}

function placeIn(groupName: string, { base, environment, dependencies, exitCodeFrom }: GroupFacts): ProgramPlace {
  return { groupName, base, environment, dependencies, exitCodeFrom };
}

/** (CONF-253, CONF-255, CONF-258) */
function findMember(reader: SectionReader, program: string, ini: Ini): IniSection | null {
  const plain = ini.sections.get(`program:${program}`) ?? null;
  const fastCgi = ini.sections.get(`fcgi-program:${program}`) ?? null;
  const group = `[${reader.section.name}]`;
  if (plain !== null && fastCgi !== null) {
    reader.fail("programs", `${group} name ${program} is ambiguous (exists as program and fcgi-program)`, "rename one of the two");
  } else if (plain === null && fastCgi === null) {
    reader.failMissing("programs", `${group} names unknown program or fcgi-program ${program}`, memberRemedy(program, ini));
  }
  return plain !== null && fastCgi !== null ? null : (plain ?? fastCgi);
}

function memberRemedy(program: string, ini: Ini): string {
  if (program === "") return "remove the comma too many";
  if (ini.sections.has(`eventlistener:${program}`)) return "an event listener cannot be a member of a group";
  const known = [...ini.sections.keys()]
    .filter((name) => /^(?:fcgi-)?program:/.test(name))
    .map((name) => name.slice(name.indexOf(":") + 1));
  const near = nearest(program, known);
  if (near !== null) return `did you mean ${near}?`;
  return /\s/.test(program) ? "separate the names with commas" : `add a section [program:${program}], or take the name out`;
}

function readProgramGroup(reader: SectionReader, facts: GroupFacts): GroupConfig | null {
  const name = readName(reader);
  const priority = reader.read("priority", PROGRAM.priority, facts.base.hereToo);
  return single(reader, facts, name, priority, { kind: "programs" });
}

/** The pool's name is not trimmed, and is checked with its processes. (CONF-284) */
function readListenerGroup(reader: SectionReader, facts: GroupFacts): GroupConfig {
  const name = reader.section.name.slice("eventlistener:".length);
  const { priority, ...pool } = readPool(reader, facts.base);
  return single(reader, facts, name, priority, { kind: "listeners", ...pool });
}

function readFastCgiGroup(reader: SectionReader, facts: GroupFacts): GroupConfig | null {
  const { base, around } = facts;
  const name = readName(reader);
  const priority = reader.read("priority", FCGI_PROGRAM.priority, base.hereToo);
  const socket = readFastCgiSocket(reader, base, name, { uid: around.homes.uid, accounts: around.accounts });
  const group = single(reader, facts, name, priority, { kind: "programs" });
  return socket === null ? null : { ...group, kind: "fastcgi", socket };
}

/** A group of one section's processes. */
function single(reader: SectionReader, facts: GroupFacts, name: string, priority: number, kind: GroupKind): GroupConfig {
  const processes = readProcesses(reader, placeIn(name, facts));
  return { name, priority, processes: distinct(processes, name, reader), ...kind };
}

function readName(reader: SectionReader): string {
  const written = reader.section.name.slice(reader.section.name.indexOf(":") + 1);
  const name = parseName(written);
  if (!name.ok) reader.failSection(name.error, "use letters, digits, - and _");
  return name.ok ? name.value : written;
}

/** Of several processes with one name in a group only the last exists, in the place of the first. (CONF-217, CONF-262) */
function distinct(processes: readonly ProcessConfig[], group: string, reader: SectionReader): ProcessConfig[] {
  const byName = new Map<string, ProcessConfig>();
  for (const process of processes) {
    if (byName.has(process.name))
      reader.warn(`More than one process of group ${group} is called ${process.name}; only the last of them exists`);
    byName.set(process.name, process);
  }
  return [...byName.values()];
}
