/** For keeper.test.ts: the door in a process of its own, told what to do on standard input, saying what comes on standard output. */
import { createInterface } from "node:readline";
import { keeperDescriptor, openKeeper } from "./keeper.ts";

const FLOOD_BYTES = 3 * 1024 * 1024;

const descriptor = keeperDescriptor(process.env);
if (!descriptor.ok) throw new Error(descriptor.error);
const keeper = openKeeper(descriptor.value, (reason) => {
  if (reason !== null) process.stderr.write(`${reason}\n`);
  process.exit(reason === null ? 0 : 1);
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const welcome = await keeper.connect((report) => {
  if (report.type === "block") say(`report block ${report.block} ${report.bytes.length} ${report.bytes.at(-1)}`);
  else say(`report ${report.type} ${report.report}`);
});
say(`welcome ${welcome.keeperPid} ${[...welcome.store].map(([key, value]) => `${key}=${Buffer.from(value).toString()}`).join()}`);

let flood = "none";
for await (const line of createInterface(process.stdin)) {
  const [command, argument] = line.split(" ");
  if (command === "send") {
    await keeper.send({ acknowledged: [], states: [], effects: [{ type: "exit", code: Number(argument) }] });
    say(`sent ${argument}`);
  } else if (command === "flood") {
    flood = "pending";
    void keeper
      .send({ acknowledged: [], states: [], effects: [{ type: "append", sink: 1, bytes: new Uint8Array(FLOOD_BYTES) }] })
      .then(() => {
        flood = "done";
        say("flooded");
      });
    say("flooding");
  } else say(flood);
}
