/**
 * The words of the keeper and the daemon as values, by name; their types are those of the tables of effects, reports and the welcome.
 * Numbers that name things (child, stream, sink, socket) are chosen by the daemon and never used twice while the keeper lives.
 */
import type { KeeperEffect } from "./keepereffects.ts";
import type { Report } from "./keeperreports.ts";

export type { Attribute, KernelLimit, KnownAttribute } from "./attributes.ts";
export type { KeeperEffect, SinkSpec, Verdict } from "./keepereffects.ts";
export { LISTEN_STEPS, RESOURCES, type Report, type ReportType, type Resource, SPAWN_STEPS } from "./keeperreports.ts";
export type { ChildEntry, Deaths, KeeperNames, SinkEntry, SocketEntry, StreamEntry, Welcome } from "./welcome.ts";

/** The newest version of the protocol, which a keeper of this release speaks; one of a release before may speak an older one, from PROTOCOL_OLDEST on. */
export const PROTOCOL_VERSION = 2;
export const PROTOCOL_OLDEST = 1;

type EffectOf<T extends KeeperEffect["type"]> = Extract<KeeperEffect, { type: T }>;
export type Spawn = EffectOf<"spawn">;
export type SpawnWith = EffectOf<"spawn-with">;
export type StreamSpec = Spawn["stdout"];
export type LastWill = Spawn["lastWill"];
export type UserSpec = EffectOf<"become">["user"];
export type Limit = Spawn["limits"][number];
export type Listen = EffectOf<"listen">;
export type Family = Listen["family"];
type ReportOf<T extends Report["type"]> = Extract<Report, { type: T }>;
export type SpawnStep = ReportOf<"spawn-failed">["step"];
export type ListenStep = ReportOf<"listened">["step"];
export type Instant = Pick<ReportOf<"spawned">, "monoNs" | "wallNs">;

export type StateChange = { readonly key: string; readonly value: Uint8Array | null };

/** One transaction: states, acknowledgements, effects. A daemon that dies while it writes one has not sent it. */
export type Batch = {
  readonly acknowledged: readonly bigint[];
  readonly states: readonly StateChange[];
  readonly effects: readonly KeeperEffect[];
};

/** The keeper's nanoseconds as the milliseconds of `Now`, fractions kept: exact to a fraction of a microsecond. */
export function millisOf(ns: bigint): number {
  return Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6;
}
