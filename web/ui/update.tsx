/** Reread and update: what would change, option by option; nothing happens before it is applied. */
import { useSignal } from "@preact/signals";
import type { UpdateOutcome, UpdatePreview } from "../../src/api/types.ts";
import { post } from "../live/api.ts";
import { announcement, texts } from "../state.ts";
import { useLoaded } from "./loaded.ts";

type Applied = "no" | "pending" | readonly UpdateOutcome[] | { readonly failed: string };

export function UpdateView() {
  const times = useSignal(0);
  const applied = useSignal<Applied>("no");
  const loaded = useLoaded<UpdatePreview>("update", () => times.value).value;
  const words = texts.value;
  const apply = async (): Promise<void> => {
    applied.value = "pending";
    try {
      applied.value = await post<readonly UpdateOutcome[]>("update", {});
    } catch (error) {
      applied.value = { failed: error instanceof Error ? error.message : String(error) };
    }
    announcement.value = summary(applied.value, words.outcomes);
    times.value++;
  };
  const again = (): void => {
    applied.value = "no";
    times.value++;
  };
  const groups = loaded.kind === "loaded" ? loaded.value.groups : [];
  return (
    <div class="view">
      <h1>{words.views.update}</h1>
      <p class="dim">{words.updateHint}</p>
      <div class="deeds">
        <button type="button" class="verb" onClick={again}>
          {words.reread}
        </button>
        {groups.length > 0 && (
          <button type="button" class="verb strong" disabled={applied.value === "pending"} onClick={() => void apply()}>
            {applied.value === "pending" ? words.loading : words.apply(groups.length)}
          </button>
        )}
      </div>
      <Outcomes applied={applied.value} />
      {loaded.kind === "failed" && <pre class="mistakes">{loaded.why}</pre>}
      {loaded.kind === "loaded" && loaded.value.warnings.length > 0 && (
        <ul class="results tone-warn">
          {loaded.value.warnings.map((text) => (
            <li key={text}>⚠ {text}</li>
          ))}
        </ul>
      )}
      {loaded.kind === "loaded" && groups.length === 0 && <p class="allwell">✓ {words.upToDate}</p>}
      {groups.map((group) => (
        <Change key={group.group} group={group} />
      ))}
    </div>
  );
}

function Outcomes({ applied }: { readonly applied: Applied }) {
  const { outcomes, failed } = texts.value;
  if (applied === "no" || applied === "pending") return null;
  if ("failed" in applied)
    return (
      <p class="tone-bad mistakes">
        ✗ {failed}: {applied.failed}
      </p>
    );
  return (
    <ul class="results">
      {applied.map(({ group, done, message }) => (
        <li key={group} class={done === "failed" ? "tone-bad" : undefined}>
          {done === "failed" ? "✗" : "✓"} <b>{group}</b> {outcomes[done]} {done === "failed" && message}
        </li>
      ))}
    </ul>
  );
}

const SIGNS = { added: "+", changed: "~", removed: "−" } as const;

function Change({ group: { group, change, inPlace, details } }: { readonly group: UpdatePreview["groups"][number] }) {
  const words = texts.value;
  return (
    <section class={`change ${change}`}>
      <h2>
        <span aria-hidden="true">{SIGNS[change]}</span> {group} <span class="dim">{words.changes[change]}</span>
        {change === "changed" && <span class="dim"> · {inPlace ? words.inPlace : words.restartsGroup}</span>}
      </h2>
      {details.length > 0 && (
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{words.process}</th>
              <th scope="col">{words.option}</th>
              <th scope="col">{words.before}</th>
              <th scope="col">{words.after}</th>
            </tr>
          </thead>
          <tbody>
            {details.map(({ process, option, from, to }) => (
              <tr key={`${process} ${option}`}>
                <td>{process}</td>
                <td class="mono">{option}</td>
                <td class="mono wrap">
                  <del>{from}</del>
                </td>
                <td class="mono wrap">
                  <ins>{to}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function summary(applied: Applied, words: Readonly<Record<UpdateOutcome["done"], string>>): string {
  if (typeof applied === "string") return "";
  return "failed" in applied ? applied.failed : applied.map(({ group, done }) => `${group} ${words[done]}`).join(", ");
}
