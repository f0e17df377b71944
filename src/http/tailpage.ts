/** The page that shows the end of a process's output. (WEB-065..074) */

import type { SupervisorControl } from "../rpc/control.ts";
import { faultText, isFault } from "../rpc/faults.ts";
import { readEnd } from "../rpc/logmethods.ts";
import { findProcess } from "../rpc/namespec.ts";
import { Rendered } from "../rpc/values.ts";
import { TAIL_PAGE_BYTES_MAX } from "./bounds.ts";
import { attribute, text } from "./html.ts";
import { faultLine } from "./pageactions.ts";
import { percentEncode } from "./target.ts";

const BYTES_MIN = 1024;

export async function tailPage(control: SupervisorControl, fields: ReadonlyMap<string, string>): Promise<string> {
  const name = fields.get("processname");
  const bytes = limitOf(fields.get("limit"));
  const shown = name === undefined ? "No process name found" : await endOf(control, name, bytes);
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8" />
  <meta content="width=device-width, initial-scale=1" name="viewport" />
  <title>Supervisor tail of process ${text(name ?? "None")}</title>
  <link href="stylesheets/supervisor.css" rel="stylesheet" type="text/css" />
  <link href="images/icon.png" rel="icon" type="image/png" />
</head>
<body>
<div id="wrapper">
<pre>
${text(shown)}</pre>
${name === undefined ? "" : `<p><a href="tail.html?processname=${attribute(percentEncode(name))}&amp;limit=${bytes}">Refresh</a></p>`}
</div>
</body>
</html>
`;
}

/** Digits only, 1024 at least; more than TAIL_PAGE_BYTES_MAX is that. (WEB-067, WEB-073) */
function limitOf(limit: string | undefined): number {
  const bytes = /^\d+$/.test(limit ?? "") ? Number(limit) : BYTES_MIN;
  return Math.min(TAIL_PAGE_BYTES_MAX, Math.max(BYTES_MIN, bytes));
}

/** (WEB-070, WEB-071) */
async function endOf(control: SupervisorControl, name: string, bytes: number): Promise<string> {
  if (control.mood() !== "RUNNING") return `ERROR: ${faultLine({ fault: "SHUTDOWN_STATE", detail: null })}`;
  const found = findProcess(control, name);
  if (!found.ok) return `ERROR: ${faultLine(found.error)}`;
  const read = await readEnd(control, found.value, bytes);
  if (read.ok) return read.value instanceof Rendered ? String(read.value.plain()) : read.value;
  if (!isFault(read.error)) return `ERROR: ${read.error.stumble.message}`;
  return read.error.fault === "NO_FILE" ? `No file for ${name}` : `ERROR: ${faultText(read.error)}`;
}
