/**
 * An event listener that tells what it sees: a line of JSON for each event in the file that it is given. While a file of that name with `.hold` is there
 * it gives no answer, but to ticks: one that comes in between would keep what is held from coming at all. The second argument: with `late` it answers
 * when that file is gone, with `once` it ends after its first answer, with `talks` it writes to its stderr when the first event comes.
 */
import { appendFileSync, existsSync } from "node:fs";

const [file = "", manner = ""] = process.argv.slice(2);
/** @param {any} value */
const tell = (value) => appendFileSync(file, `${JSON.stringify(value)}\n`);
let rest = Buffer.alloc(0);
let seen = 0;

tell({ environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("SUPERVISOR_"))) });
process.stdout.write("READY\n");
process.stdin.on("data", (bytes) => {
  rest = Buffer.concat([rest, bytes]);
  for (let event = next(); event !== null; event = next()) {
    seen += 1;
    tell(event);
    answer(event.name);
  }
});
process.stdin.on("end", () => tell({ end: true }));

function next() {
  const end = rest.indexOf(10);
  if (end < 0) return null;
  const headers = Object.fromEntries(
    rest
      .subarray(0, end)
      .toString()
      .split(" ")
      .map((item) => item.split(":")),
  );
  const text = rest.subarray(end + 1).toString();
  if (text.length < Number(headers.len)) return null;
  const payload = text.slice(0, Number(headers.len));
  rest = rest.subarray(end + 1 + Buffer.byteLength(payload));
  return { name: headers.eventname, serial: Number(headers.serial), poolserial: Number(headers.poolserial), payload };
}

/** @param {string} name of the event */
function answer(name) {
  if (manner === "talks" && seen === 1) process.stderr.write("said<!--XSUPERVISOR:BEGIN-->told<!--XSUPERVISOR:END-->");
  if (existsSync(`${file}.hold`) && !name.startsWith("TICK_")) {
    if (manner === "late") setTimeout(answer, 20, name);
    return;
  }
  process.stdout.write("RESULT 2\nOK", () => {
    if (manner === "once") process.exit(0);
    process.stdout.write("READY\n");
  });
}
