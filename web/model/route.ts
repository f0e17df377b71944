/** Addresses: everything that is shown, and how it is filtered, stands behind the `#`, so that it can be sent to somebody. */
import { COLUMNS, type Column, type Sort } from "./order.ts";

export const VIEWS = ["processes", "logs", "activity", "events", "update"] as const;
export type View = (typeof VIEWS)[number];
export const TABS = ["log", "timeline", "life", "configuration", "signals"] as const;
export type Tab = (typeof TABS)[number];
export const CHANNELS = ["both", "stdout", "stderr"] as const;
export type Channel = (typeof CHANNELS)[number];

export type Route = {
  readonly view: View;
  /** The namespec whose panel is open. */
  readonly chosen: string | null;
  readonly tab: Tab;
  readonly channel: Channel;
  readonly query: string;
  readonly sort: Sort;
  readonly folded: readonly string[];
  /** Processes whose logs stand side by side. */
  readonly logs: readonly string[];
};

export const HOME: Route = {
  view: "processes",
  chosen: null,
  tab: "log",
  channel: "both",
  query: "",
  sort: null,
  folded: [],
  logs: [],
};

export function readRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first = "", second = "", third = ""] = path.split("/").map(decoded);
  const query = new URLSearchParams(search);
  const list = (name: string): readonly string[] => query.getAll(name).filter(Boolean);
  return {
    view: oneOf(VIEWS, first),
    chosen: first === "processes" && second !== "" ? second : null,
    tab: oneOf(TABS, third),
    channel: oneOf(CHANNELS, query.get("channel") ?? ""),
    query: query.get("q") ?? "",
    sort: readSort(query.get("sort") ?? ""),
    folded: list("fold"),
    logs: list("log"),
  };
}

export function writeRoute(route: Route): string {
  const query = new URLSearchParams();
  if (route.query !== "") query.set("q", route.query);
  if (route.sort !== null) query.set("sort", `${route.sort.descending ? "-" : ""}${route.sort.column}`);
  if (route.channel !== "both") query.set("channel", route.channel);
  for (const group of route.folded) query.append("fold", group);
  for (const log of route.logs) query.append("log", log);
  const chosen = route.view === "processes" && route.chosen !== null ? `/${encodeURIComponent(route.chosen)}/${route.tab}` : "";
  const search = query.toString();
  return `#/${route.view}${chosen}${search === "" ? "" : `?${search}`}`;
}

function readSort(text: string): Sort {
  const column = COLUMNS.find((each) => each === text.replace(/^-/, "")) as Column | undefined;
  return column === undefined ? null : { column, descending: text.startsWith("-") };
}

function oneOf<const T extends readonly [string, ...string[]]>(list: T, text: string): T[number] {
  return list.find((each) => each === text) ?? list[0];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
