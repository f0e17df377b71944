/** What is wrong, first: which process, since when, why, and its last words, without a click. */
import { useComputed } from "@preact/signals";
import { listed } from "../listed.ts";
import { colours, PLAIN } from "../model/ansi.ts";
import { reasonOf } from "../model/reasons.ts";
import { isTrouble, isUnhealthy, toneOf } from "../model/states.ts";
import { daemonNow, go, hrefOf, texts, world } from "../state.ts";
import { StateMark } from "./icons.tsx";
import { OutcomeOf } from "./outcome.tsx";
import { VerbButton } from "./verbs.tsx";

/** More would hide the table; they are a filter away. */
const SHOWN_MAX = 12;
/** With more than these a line each has to do, or the table would be out of sight. */
const CARDS_MAX = 4;

export function Attention() {
  const { trouble } = listed.value;
  const { attention, more } = texts.value;
  if (trouble.length === 0) return null;
  const many = trouble.length > CARDS_MAX;
  return (
    <section class={`attention${many ? " many" : ""}`} aria-labelledby="attention">
      <h2 id="attention">
        {attention} <span class="count">{trouble.length}</span>
      </h2>
      <ul>
        {trouble.slice(0, SHOWN_MAX).map((namespec) => (
          <Trouble key={namespec} namespec={namespec} wordsMax={many ? 1 : 4} />
        ))}
      </ul>
      {trouble.length > SHOWN_MAX && (
        <button type="button" class="link" onClick={() => go({ query: "is:trouble" })}>
          {more(trouble.length - SHOWN_MAX)}
        </button>
      )}
    </section>
  );
}

function Trouble({ namespec, wordsMax }: { readonly namespec: string; readonly wordsMax: number }) {
  const row = useComputed(() => world.value.rows.get(namespec)).value;
  const reason = useComputed(() => {
    const found = world.value.rows.get(namespec);
    return found === undefined ? "" : reasonOf(found, texts.value, daemonNow.value);
  });
  if (row === undefined) return null;
  const { states, nowWell, tabs } = texts.value;
  const bad = isTrouble(row);
  return (
    <li class={`trouble ${toneOf(row)}`}>
      <div class="what">
        <span class={`state tone-${toneOf(row)}`}>
          <StateMark state={row.state} />
          {states[row.state]}
        </span>
        <a href={hrefOf({ chosen: namespec, tab: "log" })}>{namespec}</a>
        <span class="reason">{bad ? reason : nowWell}</span>
        <span class="deeds">
          <OutcomeOf namespec={namespec} />
          <VerbButton
            verb={row.pid === 0 && row.state !== "BACKOFF" && !row.flapping ? "start" : "restart"}
            targets={[namespec]}
            what={namespec}
          />
          {(row.retryAt !== null || row.state === "BACKOFF" || row.flapping) && (
            <VerbButton verb="stop" targets={[namespec]} what={namespec} />
          )}
          <a class="verb" href={hrefOf({ chosen: namespec, tab: isUnhealthy(row) ? "life" : "timeline" })}>
            {isUnhealthy(row) ? tabs.life : tabs.timeline}
          </a>
        </span>
      </div>
      {row.lastWords.length > 0 && <pre class="words">{row.lastWords.slice(-wordsMax).map(plain).join("\n")}</pre>}
    </li>
  );
}

function plain(line: string): string {
  return colours(line, PLAIN)
    .pieces.map(({ text }) => text)
    .join("");
}
