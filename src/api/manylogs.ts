/** Several logs in one stream: a browser has few connections to a server, and each stream takes one for as long as it is open. */
import { jsonOf } from "../bytes.ts";
import { Semaphore } from "../rpc/semaphore.ts";
import { LOGS_AT_ONCE_MAX } from "./bounds.ts";
import { beginAt, followTo, keepAlive, type Tail } from "./logs.ts";
import { fails, type Outlet, type Reply, sse } from "./reply.ts";

type Wanted = { readonly log: string; readonly from: number | null; readonly path: string | null };

/**
 * `logs`: `GROUP/NAME/stdout@FROM`, the activity log is `activity`. `pathOf` gives the file behind a name, null when there is none. The id of each event
 * has the places of all logs, so that a stream that broke goes on where it was.
 */
export function followLogs(
  tail: Tail,
  logs: readonly string[],
  { lastEventId, pathOf }: { readonly lastEventId: string | null; readonly pathOf: (log: string) => string | null },
): Reply {
  if (logs.length === 0 || logs.length > LOGS_AT_ONCE_MAX)
    return fails(400, "BAD_ARGUMENTS", `from one to ${LOGS_AT_ONCE_MAX} logs can be followed`);
  const places = placesOf(lastEventId, logs.length);
  const wanted = logs.map((text, at): Wanted => {
    const [, log = text, from] = /^(.*)@(-?\d{1,15})$/s.exec(text) ?? [];
    return { log, from: places[at] ?? (from === undefined ? null : Number(from)), path: pathOf(log) };
  });
  return { kind: "events", run: (outlet) => followAll(tail, wanted, outlet) };
}

async function followAll(tail: Tail, wanted: readonly Wanted[], outlet: Outlet): Promise<void> {
  const places = wanted.map(({ from }) => from ?? 0);
  const semaphore = new Semaphore(1);
  const gone = new Set<() => void>();
  const endAlive = keepAlive(tail.timers, outlet);
  outlet.onGone(() => {
    endAlive();
    for (const tell of gone) tell();
  });
  const say = (at: number, kind: string, message: object, next: number) =>
    semaphore.run(() => {
      places[at] = next;
      return outlet.write(sse(kind, jsonOf(message), places.join(",")));
    });
  const begun = await Promise.all(wanted.map((one) => beginAt(tail.files, one)));
  for (const [at, one] of begun.entries()) places[at] = one?.offset ?? 0;
  await Promise.all(
    wanted.map(async ({ log }, at) => {
      const start = begun[at] ?? null;
      if (start === null) return say(at, "missing", { log }, 0);
      return followTo(
        tail,
        start,
        (kind, message, next) => say(at, kind, { log, ...message }, next),
        (tell) => void gone.add(tell),
      );
    }),
  );
}

/** Empty: none, or it is not ours. */
function placesOf(lastEventId: string | null, count: number): readonly number[] {
  const places = (lastEventId ?? "").split(",");
  return places.length === count && places.every((place) => /^\d{1,15}$/.test(place)) ? places.map(Number) : [];
}
