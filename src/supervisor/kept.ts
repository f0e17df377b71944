/**
 * What is remembered of processes over the end of supervisord (`persist_state`): whether clients have enabled or disabled them, and started or stopped them
 * last. A file of JSON for the host, the same in the keeper's store for a successor. (BOOT-010..014)
 */
import { textOf } from "../bytes.ts";
import { withLife } from "../process/life.ts";
import { ok, type Result, refuse } from "../result.ts";
import { label, type Member, type World } from "./world.ts";

/** null: nobody has said it. */
export type Kept = { readonly enabled: boolean | null; readonly wanted: "up" | "down" | null };

/** By `group:process`, the one that was changed last behind all others. */
export type KeptStates = ReadonlyMap<string, Kept>;

export const NOTHING_KEPT: Kept = { enabled: null, wanted: null };
/** So many are kept of processes that are not configured, which a host may get back. */
export const KEPT_MAX = 10_000;
/** A longer name is none of a process. */
const NAME_MAX = 1000;
const VERSION = 1;

export function keptText(states: KeptStates, savedWallMs: number): string {
  const programs = Object.fromEntries(states);
  return `${JSON.stringify({ version: VERSION, saved: new Date(savedWallMs).toISOString(), programs }, null, 2)}\n`;
}

/** Refuses with what is wrong with it. */
export function readKept(bytes: Uint8Array): Result<KeptStates, string> {
  const text = textOf(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("it is no whole JSON");
  }
  const { version, programs } = (typeof value === "object" && value !== null ? value : {}) as { version?: unknown; programs?: unknown };
  if (version !== VERSION) return refuse(typeof version === "number" ? `version ${version} is newer than ${VERSION}` : "it has no version");
  if (typeof programs !== "object" || programs === null || Array.isArray(programs)) return refuse("it has no programs");
  return ok(keptOf(Object.entries(programs)));
}

/** What is no state of a process is passed over: it may be of a later release. */
export function keptOf(entries: readonly (readonly [string, unknown])[]): KeptStates {
  const states = new Map<string, Kept>();
  for (const [name, entry] of entries) {
    if (name.length > NAME_MAX || typeof entry !== "object" || entry === null) continue;
    const { enabled, wanted } = entry as { enabled?: unknown; wanted?: unknown };
    const kept: Kept = {
      enabled: typeof enabled === "boolean" ? enabled : null,
      wanted: wanted === "up" || wanted === "down" ? wanted : null,
    };
    if (kept.enabled !== null || kept.wanted !== null) states.set(name, kept);
  }
  return states;
}

export type KeptChange = { readonly names: readonly string[]; readonly change: Partial<Kept> };

/**
 * The same states where nothing has changed. Beyond the bound those go first that are not configured and were changed longest ago; null where that does not
 * suffice.
 */
export function changed(states: KeptStates, { names, change }: KeptChange, isConfigured: (name: string) => boolean): KeptStates | null {
  const wanted = names.filter((name) => {
    const now = states.get(name) ?? NOTHING_KEPT;
    const next = { ...now, ...change };
    return next.enabled !== now.enabled || next.wanted !== now.wanted;
  });
  if (wanted.length === 0) return states;
  const all = new Map(states);
  for (const name of wanted) {
    const next = { ...(states.get(name) ?? NOTHING_KEPT), ...change };
    all.delete(name);
    if (next.enabled !== null || next.wanted !== null) all.set(name, next);
  }
  for (const name of states.keys()) {
    if (all.size <= KEPT_MAX) break;
    if (!isConfigured(name)) all.delete(name);
  }
  return all.size <= KEPT_MAX || all.size <= states.size ? all : null;
}

/** What starts by itself, or does not, whatever the configuration says, by `group:process`. */
export function autostartsOf(states: KeptStates, what: "enable" | "all"): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [name, { enabled, wanted }] of states) {
    const starts = what === "all" && wanted !== null ? wanted === "up" : enabled;
    if (starts !== null) found.set(name, starts);
  }
  return found;
}

/** A process comes into the world: from now on it starts by itself or does not, until somebody starts or stops it. (BOOT-011) */
export function applyKept(world: World, member: Member): void {
  if (world.autostarts.size === 0) return;
  const starts = world.autostarts.get(label(member.ref));
  const { config, state } = member;
  if (starts === undefined || starts === config.autostart || config.cron !== null) return;
  const wanted = { up: starts, by: "autostart" } as const;
  member.state = { ...state, life: withLife(state.life, { wanted }) };
}

/** As the configuration has it, but for what is kept. Of a job it says whether its schedule runs. */
export function startsByItself({ autostarts }: World, { ref, config }: Pick<Member, "ref" | "config">): boolean {
  return (autostarts.size === 0 ? undefined : autostarts.get(label(ref))) ?? config.autostart;
}
