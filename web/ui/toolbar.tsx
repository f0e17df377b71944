/** The filter, a count for each state that filters by it, and the deeds for the selection or all; a deed on many is asked for in its place. */
import { useComputed } from "@preact/signals";
import { listed, release, waiting } from "../listed.ts";
import { toggled } from "../model/filter.ts";
import { STATE_LOOKS, STATE_NAMES } from "../model/states.ts";
import { askedInPanel, go, question, route, selection, texts, world } from "../state.ts";
import { Confirmation } from "./confirmation.tsx";
import { StateMark } from "./icons.tsx";
import { SignalForm } from "./signals.tsx";
import { VerbButton } from "./verbs.tsx";

export function Toolbar() {
  const { search, filter } = texts.value;
  return (
    <div class="toolbar">
      <input
        type="search"
        data-search
        aria-label={filter}
        placeholder={search}
        value={route.value.query}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => go({ query: event.currentTarget.value }, { replace: true })}
      />
      <Counts />
      {question.value === null || askedInPanel.value ? <Deeds /> : <Confirmation />}
    </div>
  );
}

function Counts() {
  const counts = useComputed(() => {
    const rows = [...world.value.rows.values()];
    return STATE_NAMES.map((state) => ({ state, count: rows.filter((row) => row.state === state).length }));
  }).value;
  const { query } = route.value;
  return (
    <div class="counts">
      {waiting.value > 0 && (
        <button type="button" class="chip tone-bad" onClick={release}>
          ▲ {texts.value.newTroubles(waiting.value)}
        </button>
      )}
      {counts.map(({ state, count }) => {
        const term = `state:${state.toLowerCase()}`;
        if (count === 0 && !query.includes(term)) return null;
        return (
          <button
            key={state}
            type="button"
            class="chip"
            aria-pressed={query.split(/\s+/).includes(term)}
            onClick={() => go({ query: toggled(query, term) })}
          >
            <span class={`tone-${STATE_LOOKS[state].tone}`}>
              <StateMark state={state} />
            </span>
            <b>{count}</b> {texts.value.states[state]}
          </button>
        );
      })}
    </div>
  );
}

function Deeds() {
  const chosen = [...selection.value];
  const shown = listed.value.sections.flatMap(({ members }) => members);
  const { selected, unselect, everything, actionsFor, ofTotal } = texts.value;
  const targets = chosen.length > 0 ? chosen : shown;
  const filtered = shown.length < world.value.rows.size;
  const what = chosen.length > 0 ? selected(chosen.length) : filtered ? ofTotal(shown.length, world.value.rows.size) : everything;
  return (
    <div class="deeds" role="group" aria-label={`${actionsFor} ${what}`}>
      <span class="dim">{what}</span>
      <VerbButton verb="start" targets={targets} what={what} />
      <VerbButton verb="restart" targets={targets} what={what} />
      <VerbButton verb="stop" targets={targets} what={what} />
      <VerbButton verb="clear" targets={targets} what={what} />
      {chosen.some((each) => world.value.rows.get(each)?.life.reload != null) && <VerbButton verb="reload" targets={targets} what={what} />}
      {chosen.length > 1 && <VerbButton verb="rolling" targets={targets} what={what} />}
      {chosen.length > 0 && <SignalForm targets={targets} what={what} />}
      {chosen.length > 0 && (
        <button type="button" class="link" onClick={() => (selection.value = new Set())}>
          {unselect}
        </button>
      )}
    </div>
  );
}
