/** What a process needs, and what needs it: trees whose names lead there, each condition with whether it holds. */
import type { Dependant, Need } from "../model/dependencies.ts";
import { toneOf } from "../model/states.ts";
import { hrefOf, texts, world } from "../state.ts";
import { StateMark } from "./icons.tsx";

/** Of the processes of one group so many are named; the others are a filter away. */
const NAMED_MAX = 4;

export function Needs({ needs }: { readonly needs: readonly Need[] }) {
  const { life } = texts.value;
  return (
    <ul class="tree">
      {needs.map(({ to, condition, holds, processes, needs: below }) => (
        <li key={`${to}:${condition}`} class="needs">
          <div class="node">
            <span class={holds ? "tone-good" : "tone-warn"} title={holds ? life.holds : life.lacks}>
              <span aria-hidden="true">{holds ? "✓" : "✗"}</span>
              <span class="hidden">{holds ? life.holds : life.lacks}</span>
            </span>
            <Names processes={processes} fallback={to} /> <span class="dim">{life.conditions[condition] ?? condition}</span>
          </div>
          {below.length > 0 && <Needs needs={below} />}
        </li>
      ))}
    </ul>
  );
}

export function Dependants({ dependants }: { readonly dependants: readonly Dependant[] }) {
  const { life } = texts.value;
  return (
    <ul class="tree">
      {dependants.map(({ processes, condition, dependants: above }) => (
        <li key={`${processes[0]}:${condition}`} class="needed">
          <div class="node">
            <Names processes={processes} fallback="" /> <span class="dim">{life.needsIt(life.conditions[condition] ?? condition)}</span>
          </div>
          {above.length > 0 && <Dependants dependants={above} />}
        </li>
      ))}
    </ul>
  );
}

/** `fallback`: what is written, where no process answers to it. */
function Names({ processes, fallback }: { readonly processes: readonly string[]; readonly fallback: string }) {
  const { rows } = world.value;
  const [first] = processes;
  const group = first === undefined ? undefined : rows.get(first)?.group;
  const left = processes.length - NAMED_MAX;
  if (first === undefined) return <b>{fallback}</b>;
  return (
    <span class="names">
      {processes.slice(0, left > 1 ? NAMED_MAX : processes.length).map((each) => (
        <Name key={each} namespec={each} />
      ))}
      {left > 1 && <a href={hrefOf({ chosen: null, query: `group:${group ?? ""}` })}>{texts.value.more(left)}</a>}
    </span>
  );
}

function Name({ namespec }: { readonly namespec: string }) {
  const row = world.value.rows.get(namespec);
  return (
    <a href={hrefOf({ chosen: namespec })}>
      {row !== undefined && (
        <span class={`state tone-${toneOf(row)}`} title={texts.value.states[row.state]}>
          <StateMark state={row.state} />
          <span class="hidden">{texts.value.states[row.state]}</span>
        </span>
      )}
      {namespec}
    </a>
  );
}
