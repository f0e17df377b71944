/** The changes of a process's state, newest first, each with its reason, and below them the ends of its runs. */
import type { TimelineEntry } from "../../src/api/types.ts";
import { processPath } from "../live/api.ts";
import { clockTime } from "../model/format.ts";
import { STATE_LOOKS } from "../model/states.ts";
import { row, texts, tick, world } from "../state.ts";
import { Exits } from "./exits.tsx";
import { StateMark } from "./icons.tsx";
import { useLoaded } from "./loaded.ts";

export function Timeline({ namespec }: { readonly namespec: string }) {
  const found = world.peek().rows.get(namespec) ?? { group: "", name: "" };
  const loaded = useLoaded<readonly TimelineEntry[]>(processPath(found, "timeline"), () => row(namespec)?.state).value;
  const { time, change, reason, noTimeline, states, problem, tabs } = texts.value;
  if (loaded.kind === "loading") return <p class="dim pad">{texts.value.loading}</p>;
  if (loaded.kind === "failed") return <p class="pad">{problem(loaded.why)}</p>;
  return (
    <section class="scroll" tabIndex={0} aria-label={tabs.timeline}>
      {loaded.value.length === 0 && <p class="dim pad">{noTimeline}</p>}
      <table class="plain" hidden={loaded.value.length === 0}>
        <thead>
          <tr>
            <th scope="col">{time}</th>
            <th scope="col">{change}</th>
            <th scope="col">{reason}</th>
          </tr>
        </thead>
        <tbody>
          {[...loaded.value].reverse().map((entry, at) => (
            <tr key={`${entry.at} ${at}`}>
              <td class="figures">{clockTime(entry.at, tick.value)}</td>
              <td>
                <span class={`state tone-${STATE_LOOKS[entry.state].tone}`}>
                  <StateMark state={entry.state} />
                  {states[entry.state]}
                </span>
                {entry.pid !== 0 && <span class="dim"> pid {entry.pid}</span>}
              </td>
              <td>{entry.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Exits namespec={namespec} />
    </section>
  );
}
