/**
 * Tells of programs that end when they should not: a line of JSON for each, with the end of its stderr log, written to a file or given to a command.
 *
 *     [eventlistener:crashes]
 *     command = node crashes.mjs /var/log/crashes.jsonl
 *     events = PROCESS_STATE_EXITED,PROCESS_STATE_FATAL
 */
import { appendFile } from "node:fs/promises";
import { connectToSupervisor, listen } from "holdfast/listener";

const [file = "/dev/stderr"] = process.argv.slice(2);
const TAIL_BYTES = 2000;
const supervisor = connectToSupervisor();

for await (const event of listen()) {
  if (event.kind !== "process-state" || event.expected === true) continue;
  const name = `${event.group}:${event.process}`;
  const tail = await supervisor.call("supervisor.readProcessStderrLog", name, -TAIL_BYTES, 0).catch((error) => `(${error.message})`);
  const crash = { at: new Date().toISOString(), name, state: event.state, from: event.from, pid: event.pid, stderr: tail };
  try {
    await appendFile(file, `${JSON.stringify(crash)}\n`);
  } catch (error) {
    console.error(`cannot write ${file}: ${error}`); // the listener's own stderr log: stdout belongs to the protocol
    await event.fail(); // supervisord sends it again
  }
}
supervisor.close();
