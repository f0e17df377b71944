/** What an [eventlistener:x] has beyond a program: the pool's priority, buffer, events and result handler (config.md, section 11). */
import { EVENT_NAMES } from "./eventnames.ts";
import type { BaseNames } from "./expansionnames.ts";
import { nearest } from "./nearest.ts";
import { EVENT_LISTENER } from "./optiontable.ts";
import { BUILT_IN } from "./pluginnames.ts";
import type { SectionReader } from "./reader.ts";

export type Pool = {
  readonly priority: number;
  readonly bufferSize: number;
  readonly events: readonly string[];
  readonly resultHandler: string;
};

const KNOWN_EVENTS: ReadonlySet<string> = new Set(EVENT_NAMES);

/** In the order of the original's checks. (CONF-272) */
export function readPool(reader: SectionReader, base: BaseNames): Pool {
  const names = base.hereToo;
  const section = reader.section.name;
  const priority = reader.read("priority", EVENT_LISTENER.priority, names);
  const bufferSize = reader.read("buffer_size", EVENT_LISTENER.buffer_size, names);
  if (bufferSize < 1) reader.fail("buffer_size", `[${section}] section sets invalid buffer_size (${bufferSize})`, "give a number above 0");
  const resultHandler = reader.read("result_handler", EVENT_LISTENER.result_handler, names);
  reader.demandPlugin("result_handler", resultHandler, BUILT_IN.resultHandlers);
  const events = readEvents(reader, base);
  const redirect = reader.read("redirect_stderr", EVENT_LISTENER.redirect_stderr, names);
  if (redirect) {
    const why = "but this is not allowed because it will interfere with the eventlistener protocol";
    reader.fail("redirect_stderr", `[${section}] section sets redirect_stderr=true ${why}`, "remove this line");
  }
  return { priority, bufferSize, events, resultHandler };
}

/** Names in any case, each once. (CONF-274, CONF-275) */
function readEvents(reader: SectionReader, base: BaseNames): readonly string[] {
  const list = reader.read("events", EVENT_LISTENER.events, base.hereToo);
  const events = [...new Set((list ?? []).map((name) => name.toUpperCase()))];
  const section = reader.section.name;
  if (events.length === 0 && (list !== null || reader.written("events") === null)) {
    reader.failMissing("events", `[${section}] section requires an "events" line`, "add a line such as events=PROCESS_STATE");
  }
  const unknown = events.filter((name) => !KNOWN_EVENTS.has(name));
  const [first] = unknown;
  if (first !== undefined) {
    const near = unknown.map((name) => nearest(name, EVENT_NAMES)).filter((name) => name !== null);
    const hint =
      first === ""
        ? "remove the comma at the end"
        : near.length > 0
          ? `did you mean ${near.join(", ")}?`
          : `known are ${EVENT_NAMES.join(", ")}`;
    reader.fail("events", `Unknown event type ${first} in [${section}] events`, hint);
  }
  return events;
}
