/** What a package says of itself before any of it runs: its dist/launch.json, and the line of `holdfast-keeper --formats`. Pure. */
import { ok, type Result, refuse } from "../../result.ts";

export type Range = readonly [least: number, most: number];

/** Paths count from the folder of the package. */
export type LaunchData = {
  readonly version: string;
  /** Flags of node. */
  readonly node: readonly string[];
  readonly daemon: string;
  readonly keeper: string;
  /** What the keeper was built from. */
  readonly build: string;
  /** What the daemon was built from; empty: it does not say. */
  readonly daemonBuild: string;
  readonly protocol: Range;
  readonly table: Range;
  readonly states: Range;
};

export type Formats = Pick<LaunchData, "version" | "build" | "protocol" | "table">;

/** Members of a later version are passed over. */
export function readLaunchData(text: string): Result<LaunchData, string> {
  let value: Partial<Record<keyof LaunchData, unknown>> | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return refuse("it is not JSON");
  }
  if (typeof value !== "object" || value === null) return refuse("it is not an object");
  const { version, node, daemon, keeper, build, daemonBuild = "", protocol, table, states } = value;
  if (!isText(version) || !isText(daemon) || !isText(keeper) || !isText(build)) return refuse("it does not say what there is");
  if (!Array.isArray(node) || !node.every(isText)) return refuse("it does not say how node is started");
  if (!isRange(protocol) || !isRange(table) || !isRange(states)) return refuse("it does not say what is understood");
  return ok({ version, node, daemon, keeper, build, daemonBuild: String(daemonBuild), protocol, table, states });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}

function isRange(value: unknown): value is Range {
  return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isInteger(one) && one >= 0);
}

const FORMATS = /^holdfast-keeper (\S+) (\S+) protocol (\d{1,6})-(\d{1,6}) table (\d{1,6})-(\d{1,6})$/;

/** null: no keeper says this. */
export function readFormats(output: string): Formats | null {
  const found = FORMATS.exec(output.trimEnd());
  if (found === null) return null;
  const [version = "", build = ""] = found.slice(1, 3);
  const [a = 0, b = 0, c = 0, d = 0] = found.slice(3).map(Number);
  return { version, build, protocol: [a, b], table: [c, d] };
}

export function isSameKeeper(a: Formats, b: Formats): boolean {
  return formatsText(a) === formatsText(b);
}

export function formatsText({ version, build, protocol, table }: Formats): string {
  return `${version} ${build} protocol ${protocol.join("-")} table ${table.join("-")}`;
}
