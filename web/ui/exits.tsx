/** How the last runs of a process ended, newest first; they are kept whatever becomes of the daemon, unlike the changes of state. */
import type { ExitRow } from "../../src/api/types.ts";
import { processPath } from "../live/api.ts";
import { clockTime, duration } from "../model/format.ts";
import { endText } from "../model/life.ts";
import { row, texts, tick, world } from "../state.ts";
import { useLoaded } from "./loaded.ts";

export function Exits({ namespec }: { readonly namespec: string }) {
  const found = world.peek().rows.get(namespec) ?? { group: "", name: "" };
  const loaded = useLoaded<readonly ExitRow[]>(processPath(found, "exits"), () => row(namespec)?.lastExit).value;
  const { time, reason, life } = texts.value;
  if (loaded.kind !== "loaded" || loaded.value.length === 0) return null;
  return (
    <table class="plain exits" aria-label={life.exits}>
      <thead>
        <tr>
          <th scope="col">{life.exits}</th>
          <th scope="col">{life.ran}</th>
          <th scope="col">{reason}</th>
        </tr>
      </thead>
      <tbody>
        {[...loaded.value].reverse().map((exit, at) => (
          <tr key={`${exit.endedAt} ${at}`}>
            <td class="figures">
              <time title={time}>{clockTime(exit.endedAt, tick.value)}</time>
            </td>
            <td class="figures">{duration(exit.seconds * 1000)}</td>
            <td>{endText(exit, texts.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
