/** What is known of a process beyond its state: what happens next, what it needs and what needs it, its checks, its schedule, its limits. (HIS-009) */
import type { ComponentChildren } from "preact";
import type { Life } from "../../src/api/types.ts";
import { dependantsOf, needsOf } from "../model/dependencies.ts";
import { clockTime, duration } from "../model/format.ts";
import { healthLine, jobLine, nextLine, readyLine, usesLife } from "../model/life.ts";
import { mayBeNumbered } from "../model/scale.ts";
import { daemonNow, dependencies, texts, world } from "../state.ts";
import { Dependants, Needs } from "./dependencytree.tsx";
import { ScaleItem } from "./scale.tsx";

/** Whether there is anything to be told of it, or to be done. */
export function hasLife(namespec: string): boolean {
  const row = world.value.rows.get(namespec);
  if (row === undefined) return false;
  return usesLife(row.life) || mayBeNumbered(row) || dependencies.value.some(({ processes }) => processes.includes(namespec));
}

export function LifeTab({ namespec }: { readonly namespec: string }) {
  const row = world.value.rows.get(namespec);
  const words = texts.value;
  const { life: lifeTexts } = words;
  if (row === undefined) return null;
  if (!hasLife(namespec)) return <p class="dim pad">{lifeTexts.plain}</p>;
  const now = daemonNow.value;
  const { life } = row;
  const edges = dependencies.value;
  const needs = needsOf(edges, namespec);
  const dependants = dependantsOf(edges, world.value.rows, namespec);
  return (
    <section class="scroll life" tabIndex={0} aria-label={words.tabs.life}>
      <dl>
        <Item name={lifeTexts.next}>{nextLine(row, words, now)}</Item>
        {needs.length > 0 && (
          <Item name={lifeTexts.needs}>
            <Needs needs={needs} />
          </Item>
        )}
        {dependants.length > 0 && (
          <Item name={lifeTexts.neededBy}>
            <Dependants dependants={dependants} />
          </Item>
        )}
        {life.ready !== null && <Item name={lifeTexts.readiness}>{readyLine(row, words, now)}</Item>}
        {life.health !== null && <Item name={lifeTexts.health}>{healthLine(life.health, words, now)}</Item>}
        {life.job !== null && <Item name={lifeTexts.schedule}>{jobLine(life.job, words, now)}</Item>}
        {life.hook !== null && (
          <Item name={lifeTexts.underWay}>
            {lifeTexts.hook(life.hook.name, duration(now - life.hook.since))}
            {life.hook.pid > 0 && ` · pid ${life.hook.pid}`} · {lifeTexts.atMost(clockTime(life.hook.deadline, now))}
          </Item>
        )}
        {life.statusText !== null && <Item name={lifeTexts.says}>“{life.statusText}”</Item>}
        {life.row !== null && <Item name={lifeTexts.inARow}>{life.row}</Item>}
        {life.tree !== null && <Item name={lifeTexts.leftovers}>{words.processes(life.tree)}</Item>}
        {life.limits !== null && life.limits.length > 0 && (
          <Item name={lifeTexts.limits}>
            <Limits limits={life.limits} />
          </Item>
        )}
        {mayBeNumbered(row) && <ScaleItem namespec={namespec} />}
      </dl>
    </section>
  );
}

function Limits({ limits }: { readonly limits: NonNullable<Life["limits"]> }) {
  return (
    <ul class="tree">
      {limits.map(({ option, wanted, effective }) => (
        <li key={option}>
          <span class="mono">{option}</span> {wanted}
          {effective !== wanted && <span class={effective.startsWith("not enforced") ? "tone-warn" : "dim"}> · {effective}</span>}
        </li>
      ))}
    </ul>
  );
}

function Item({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
