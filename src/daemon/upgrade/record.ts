/** What is stored of the last upgrade, also of one that was refused: for the daemon that comes after it, and for whoever asks. */
import { decodeRecord, encodeRecord, recordKeys } from "../../supervisor/records.ts";
import type { Inheritance } from "../runtime.ts";
import type { Names } from "./checks.ts";

export type UpgradeRecord = {
  /** Also the token by which the keeper reports on it. */
  readonly id: number;
  readonly atWallMs: number;
  readonly isOver: boolean;
  readonly by: "restart" | "keeper";
  /** 0: it is done, or under way. */
  readonly step: number;
  readonly error: string;
  readonly from: Names;
  readonly to: Names;
  readonly node: string;
  /** When the daemon before ended, by the monotonic clock. */
  readonly awaySinceMs: number | null;
  readonly awayMs: number | null;
  /** How many programs ran all the time. */
  readonly processes: number;
};

export function storedUpgrade({ store }: Pick<Inheritance, "store">): UpgradeRecord | null {
  const bytes = store.get(recordKeys.upgrade);
  const decoded = bytes === undefined ? null : decodeRecord(bytes);
  return decoded?.ok === true ? (decoded.value as UpgradeRecord) : null;
}

export function upgradeRecord(record: UpgradeRecord): Uint8Array {
  return encodeRecord(record);
}

export function namesText(from: Names, to: Names): readonly string[] {
  const keeper = from.keeper === to.keeper ? [] : [`keeper ${from.keeper} -> ${to.keeper}`];
  const isRebuilt = from.keeper === to.keeper && from.keeperBuild !== to.keeperBuild;
  const rebuilt = isRebuilt ? [`keeper ${from.keeper} (${from.keeperBuild}) -> ${to.keeper} (${to.keeperBuild})`] : [];
  return [...keeper, ...rebuilt, `daemon ${from.daemon} -> ${to.daemon}`];
}
