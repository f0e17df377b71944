/** Every option of a program as it is in effect, and where it comes from. */
import { useSignal } from "@preact/signals";
import type { OptionValue } from "../../src/api/types.ts";
import { processPath } from "../live/api.ts";
import { texts, world } from "../state.ts";
import { useLoaded } from "./loaded.ts";

export function Configuration({ namespec }: { readonly namespec: string }) {
  const found = world.peek().rows.get(namespec) ?? { group: "", name: "" };
  const loaded = useLoaded<readonly OptionValue[]>(processPath(found, "config"), () => null).value;
  const onlySet = useSignal(false);
  const words = texts.value;
  if (loaded.kind === "loading") return <p class="dim pad">{words.loading}</p>;
  if (loaded.kind === "failed") return <p class="pad">{words.problem(loaded.why)}</p>;
  const shown = loaded.value.filter(({ file }) => !onlySet.value || file !== null);
  return (
    <section class="scroll" tabIndex={0} aria-label={words.tabs.configuration}>
      <label class="pad">
        <input
          type="checkbox"
          checked={onlySet.value}
          onChange={() => {
            onlySet.value = !onlySet.value;
          }}
        />{" "}
        {words.onlySet}
      </label>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{words.option}</th>
            <th scope="col">{words.value}</th>
            <th scope="col">{words.origin}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ section, option, value, file, line }) => (
            <tr key={`${section} ${option}`} class={file === null ? "dim" : undefined}>
              <th scope="row" class="mono">
                {option}
              </th>
              <td class="mono wrap">{value}</td>
              <td class="origin">{file === null ? words.isDefault : `[${section}] ${file}${line === null ? "" : `:${line}`}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
