/**
 * The page that shows every process and what can be done with it. It works without script. Names, links and the five list items of a process are
 * those that scrapers of the original know; the words around them are ours. (WEB-016..035)
 */

import type { State } from "../process/states.ts";
import type { ProcessView, SupervisorControl } from "../rpc/control.ts";
import { makeNamespec, refOf } from "../rpc/namespec.ts";
import { description, processesByName } from "../rpc/processinfo.ts";
import { HOLDFAST_VERSION } from "../version.ts";
import { attribute, text } from "./html.ts";
import { percentEncode } from "./target.ts";

/** `message`: what came of the last action. (WEB-018, WEB-057) */
export function statusPage(control: SupervisorControl, message: string | undefined): string {
  const processes = processesByName(control.groups());
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8" />
  <meta content="width=device-width, initial-scale=1" name="viewport" />
  <title>Supervisor Status</title>
  <link href="stylesheets/supervisor.css" rel="stylesheet" type="text/css" />
  <link href="images/icon.png" rel="icon" type="image/png" />
</head>
<body>
<div id="wrapper">
  <div id="header"><img alt="Supervisor status" src="images/supervisor.gif" /> Holdfast <span>${text(control.identifier())}</span></div>
  <div>
    ${messageArea(control, message)}
    <form action="index.html" method="post">
      <ul class="clr" id="buttons">
        ${button("refresh", "Refresh")}
        ${button("restartall", "Restart All")}
        ${button("stopall", "Stop All")}
      </ul>
      ${processes.length === 0 ? "No programs to manage" : processTable(control, processes)}
    </form>
  </div>
  <div class="push"></div>
</div>
<div class="clr" id="footer"><div class="left">Holdfast <span>${text(HOLDFAST_VERSION)}</span></div><div class="right"></div></div>
</body>
</html>
`;
}

/** While the daemon goes down it says so; the original has only an error page then (WEB-013). */
function messageArea(control: SupervisorControl, message: string | undefined): string {
  const lines = control.mood() === "RUNNING" ? [] : [`The daemon is going down (${control.mood()}).`];
  if (message !== undefined) lines.push(message);
  return lines.length === 0 ? '<div class="hidden">#</div>' : `<div class="status_msg">${text(lines.join(" "))}</div>`;
}

function button(action: string, label: string): string {
  return `<li class="action-button"><a href="index.html?action=${action}">${label}</a></li>`;
}

function processTable(control: SupervisorControl, processes: readonly ProcessView[]): string {
  return `<table>
        <thead><tr><th class="state">State</th><th class="desc">Description</th><th class="name">Name</th><th class="action">Action</th></tr></thead>
        <tbody>
${processes.map((process, index) => row(control, process, index % 2 === 1)).join("\n")}
        </tbody>
      </table>`;
}

function row(control: SupervisorControl, process: ProcessView, shaded: boolean): string {
  const name = makeNamespec(refOf(process));
  const state = process.state.toLowerCase();
  return `<tr class="${shaded ? "shade" : ""}">
<td class="status"><span class="${stateClass(process.state)}">${state}</span></td>
<td><span>${text(description(control, process))}</span></td>
<td><a href="tail.html?processname=${attribute(percentEncode(name))}" target="_blank">${text(name)}</a></td>
<td class="action"><ul>${actions(process.state, percentEncode(name)).join("")}</ul></td>
</tr>`;
}

/** (WEB-024) */
function stateClass(state: State): string {
  if (state === "RUNNING") return "statusrunning";
  return state === "FATAL" || state === "BACKOFF" ? "statuserror" : "statusnominal";
}

/** Five items always, whatever can be done: scrapers count them. (WEB-027..032) */
function actions(state: State, name: string): readonly string[] {
  const [first, second] = offered(state);
  return [
    ...[first, second].map((label) =>
      label === null ? HIDDEN : actionLink(label, `index.html?processname=${name}&action=${label.toLowerCase()}`),
    ),
    actionLink("Clear Log", `index.html?processname=${name}&action=clearlog`),
    tailLink("Tail -f Stdout", `logtail/${name}`),
    tailLink("Tail -f Stderr", `logtail/${name}/stderr`),
  ];
}

const HIDDEN = '<li><a class="hidden" href="#" name="#">Action</a></li>';

/** What is starting, or waits to be started again, can be stopped as well; the original offers nothing there (WEB-029). */
function offered(state: State): readonly ["Restart" | "Start" | null, "Stop" | null] {
  switch (state) {
    case "RUNNING":
      return ["Restart", "Stop"];
    case "STARTING":
    case "BACKOFF":
      return [null, "Stop"];
    case "STOPPED":
    case "EXITED":
    case "FATAL":
      return ["Start", null];
    case "STOPPING":
    case "UNKNOWN":
      return [null, null];
  }
}

function actionLink(label: string, address: string): string {
  return `<li><a href="${attribute(address)}" name="${label}">${label}</a></li>`;
}

function tailLink(label: string, address: string): string {
  return `<li><a href="${attribute(address)}" name="${label}" target="_blank">${label}</a></li>`;
}
