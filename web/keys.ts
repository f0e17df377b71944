/** The keyboard, in k9s' manner: one key, one deed, on the row where the focus is, else on the chosen one. */
import { confirm, request } from "./actions.ts";
import { rowsInOrder } from "./listed.ts";
import { VIEWS } from "./model/route.ts";
import { isUp } from "./model/verbs.ts";
import { go, helpOpen, question, route, row, selection, world } from "./state.ts";

/** Where the keys act; a row's link takes it when it gets the focus. */
let cursor: string | null = null;

export function setCursor(namespec: string): void {
  cursor = namespec;
}

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const typing = target.matches("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape") return leave(target, typing);
    if (typing) return;
    if (pressed(event.key, target)) event.preventDefault();
  });
}

/** True: the key was ours. */
function pressed(key: string, target: HTMLElement): boolean {
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined) {
    go({ view, chosen: null });
    return true;
  }
  switch (key) {
    case "/":
      document.querySelector<HTMLInputElement>("[data-search]")?.focus();
      return true;
    case "?":
      helpOpen.value = !helpOpen.value;
      return true;
    case "y":
      if (question.value !== null) confirm();
      return question.value !== null;
    case "j":
    case "ArrowDown":
      return move(1, target, key);
    case "k":
    case "ArrowUp":
      return move(-1, target, key);
    case " ":
      return target.dataset["row"] !== undefined && onRow("x");
    default:
      return onRow(key);
  }
}

function move(by: number, target: HTMLElement, key: string): boolean {
  // The arrows scroll elsewhere; in the list they go from row to row.
  if (key.startsWith("Arrow") && target.dataset["row"] === undefined) return false;
  const rows = rowsInOrder();
  const at = cursor === null ? -1 : rows.indexOf(cursor);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next === undefined) return false;
  focusRow(next);
  if (route.value.chosen !== null) go({ chosen: next }, { replace: true });
  return true;
}

function focusRow(namespec: string): void {
  cursor = namespec;
  document.querySelector<HTMLElement>(`[data-row="${CSS.escape(namespec)}"]`)?.focus();
}

function onRow(key: string): boolean {
  if (route.value.view !== "processes") return false;
  const name = cursor ?? route.value.chosen;
  const found = name === null ? undefined : row(name);
  if (name === null || found === undefined) return false;
  const chosen = selection.value.size > 0 ? [...selection.value] : [name];
  const what = "";
  switch (key) {
    case "s":
      request(isUp(found) ? "stop" : "start", chosen, what);
      return true;
    case "r":
      request("restart", chosen, what);
      return true;
    case "R":
      request("rolling", selection.value.size > 0 ? chosen : groupOf(found.group), selection.value.size > 0 ? "" : found.group);
      return true;
    case "x":
      toggleSelected(name);
      return true;
    case "f":
      toggleFold(found.group);
      // The row that had the focus may be gone.
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-fold="${CSS.escape(found.group)}"]`)?.focus());
      return true;
    case "l":
      go({ chosen: name, tab: "log" });
      return true;
    case "t":
      go({ chosen: name, tab: "timeline" });
      return true;
    case "d":
      go({ chosen: name, tab: "life" });
      return true;
    case "c":
      go({ chosen: name, tab: "configuration" });
      return true;
    case "g":
      go({ chosen: name, tab: "signals" });
      return true;
    default:
      return false;
  }
}

function groupOf(name: string): readonly string[] {
  return world.value.groups.find((group) => group.name === name)?.members ?? [];
}

export function toggleSelected(namespec: string): void {
  const next = new Set(selection.value);
  if (!next.delete(namespec)) next.add(namespec);
  selection.value = new Set([...next].filter((each) => world.value.rows.has(each)));
}

export function toggleFold(group: string): void {
  const { folded } = route.value;
  go({ folded: folded.includes(group) ? folded.filter((each) => each !== group) : [...folded, group] }, { replace: true });
}

/** From the inside out: what is open goes first. */
function leave(target: HTMLElement, typing: boolean): void {
  if (helpOpen.value) helpOpen.value = false;
  else if (question.value !== null) question.value = null;
  else if (typing) target.blur();
  else if (route.value.chosen !== null) {
    const last = route.value.chosen;
    go({ chosen: null });
    requestAnimationFrame(() => focusRow(last));
  } else if (selection.value.size > 0) selection.value = new Set();
  else if (route.value.query !== "") go({ query: "" });
}
