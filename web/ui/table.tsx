/** The one table: groups that fold, a line for each process, figures in columns. A line reads only its own row, so nothing else is drawn when it changes. */
import { useComputed } from "@preact/signals";
import { setCursor, toggleFold, toggleSelected } from "../keys.ts";
import { hold, listed, release } from "../listed.ts";
import { bytes, duration, percent } from "../model/format.ts";
import { lifeLine, marksOf } from "../model/life.ts";
import { type Column, isAlone, nextSort, type Section } from "../model/order.ts";
import { reasonOf } from "../model/reasons.ts";
import { isTrouble, toneOf } from "../model/states.ts";
import { daemonNow, go, hrefOf, outcomes, route, selection, texts, world } from "../state.ts";
import { useComputedOf } from "./computedof.ts";
import { ActionIcon, StateMark } from "./icons.tsx";
import { LifeMarks } from "./lifemarks.tsx";
import { OutcomeOf } from "./outcome.tsx";
import { Sparkline } from "./sparkline.tsx";
import { RowVerbs, VerbButton } from "./verbs.tsx";

export function Table() {
  const { views } = texts.value;
  return (
    <div
      role="table"
      class="table"
      aria-label={views.processes}
      aria-rowcount={listed.value.shown + 1}
      onPointerMove={hold}
      onPointerLeave={release}
      onKeyDown={hold}
      onFocusIn={({ target }) => {
        // Not after a click: the focus stays then, and nobody is there.
        if ((target as HTMLElement).matches(":focus-visible")) hold();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) release();
      }}
    >
      <Head />
      {listed.value.sections.map((section) => (
        <GroupRows key={section.group} section={section} />
      ))}
    </div>
  );
}

function Head() {
  const { columns } = texts.value;
  return (
    <div role="rowgroup" class="head">
      <div role="row" class="row">
        <Heading column="name" text={columns.name} />
        <Heading column="state" text={columns.state} />
        <Heading column="uptime" text={columns.uptime} />
        <Heading column="restarts" text={columns.restarts} />
        <Heading column="cpu" text={columns.cpu} />
        <Heading column="memory" text={columns.memory} />
      </div>
    </div>
  );
}

function Heading({ column, text }: { readonly column: Column; readonly text: string }) {
  const { sort } = route.value;
  const sorted = sort?.column === column ? (sort.descending ? "descending" : "ascending") : "none";
  return (
    <div role="columnheader" class={`c-${column}`} aria-sort={sorted}>
      <button type="button" class="heading" onClick={() => go({ sort: nextSort(sort, column) }, { replace: true })}>
        {text}
        <span aria-hidden="true">{sorted === "none" ? "" : sorted === "ascending" ? " ↑" : " ↓"}</span>
      </button>
    </div>
  );
}

function GroupRows({ section }: { readonly section: Section }) {
  const { group, members } = section;
  const alone = isAlone(section);
  const folded = useComputedOf(group, (one) => route.value.folded.includes(one));
  return (
    <div role="rowgroup" class="group">
      {group !== "" && !alone && <GroupHead section={section} folded={folded} />}
      {(alone || !folded) && members.map((namespec) => <ProcessLine key={namespec} namespec={namespec} />)}
    </div>
  );
}

function GroupHead({ section: { group, members, total }, folded }: { readonly section: Section; readonly folded: boolean }) {
  const { fold, ofTotal } = texts.value;
  const bad = useComputedOf(members, (all) => all.filter((each) => isBad(each)).length);
  return (
    <div role="row" class="row grouphead">
      <div role="cell" class="c-name">
        <button
          type="button"
          class="fold"
          data-fold={group}
          aria-expanded={!folded}
          aria-label={fold(group)}
          onClick={() => toggleFold(group)}
        >
          <ActionIcon name={folded ? "folded" : "open"} />
          <strong>{group}</strong>
          <span class="count">{members.length === total ? total : ofTotal(members.length, total)}</span>
          {bad > 0 && <span class="tone-bad count">▲ {bad}</span>}
        </button>
      </div>
      <div role="cell" class="c-rest">
        <span class="rowverbs">
          <VerbButton verb="start" targets={members} what={group} quiet />
          <VerbButton verb="restart" targets={members} what={group} quiet />
          {members.length > 1 && <VerbButton verb="rolling" targets={members} what={group} quiet />}
          <VerbButton verb="stop" targets={members} what={group} quiet />
        </span>
      </div>
    </div>
  );
}

function isBad(namespec: string): boolean {
  const row = world.value.rows.get(namespec);
  return row !== undefined && isTrouble(row);
}

function ProcessLine({ namespec }: { readonly namespec: string }) {
  const row = useComputed(() => world.value.rows.get(namespec)).value;
  const chosen = useComputed(() => route.value.chosen === namespec).value;
  const selected = useComputed(() => selection.value.has(namespec)).value;
  const sorted = useComputed(() => route.value.sort !== null).value;
  const busy = useComputed(() => outcomes.value.has(namespec)).value;
  if (row === undefined) return null;
  return (
    <div role="row" class={`row process ${toneOf(row)}${chosen ? " chosen" : ""}${selected ? " selected" : ""}`}>
      <div role="cell" class="c-name">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={texts.value.select(namespec)}
          checked={selected}
          onChange={() => toggleSelected(namespec)}
        />
        <span class="label">
          <a
            data-row={namespec}
            href={hrefOf({ chosen: namespec })}
            aria-current={chosen ? "true" : undefined}
            title={namespec}
            onFocus={() => setCursor(namespec)}
          >
            {sorted ? namespec : row.name}
          </a>
          <Under namespec={namespec} />
        </span>
        {busy ? <OutcomeOf namespec={namespec} /> : <RowVerbs namespec={namespec} />}
      </div>
      <div role="cell" class="c-state">
        <span class={`state tone-${toneOf(row)}`}>
          <StateMark state={row.state} />
          {texts.value.states[row.state]}
        </span>
        <LifeMarks namespec={namespec} />
        <Why namespec={namespec} />
      </div>
      <div role="cell" class="c-uptime">
        <Uptime namespec={namespec} />
      </div>
      <div role="cell" class="c-restarts">
        {row.restarts === 0 ? "" : row.restarts}
      </div>
      <UsageCells namespec={namespec} />
    </div>
  );
}

function Why({ namespec }: { readonly namespec: string }) {
  const text = useComputed(() => {
    const row = world.value.rows.get(namespec);
    if (row === undefined) return "";
    const reason = row.pid !== 0 && !row.flapping ? `pid ${row.pid}` : reasonOf(row, texts.value, daemonNow.value);
    return [lifeLine(row.life, texts.value, daemonNow.value), reason].filter((part) => part !== "").join(" · ");
  });
  return <span class="why">{text}</span>;
}

/** Where there is no room beside the state: what is amiss, what it waits for, when it runs next. */
function Under({ namespec }: { readonly namespec: string }) {
  const text = useComputed(() => {
    const row = world.value.rows.get(namespec);
    if (row === undefined) return "";
    const amiss = marksOf(row, texts.value).filter(({ tone }) => tone !== "good");
    const line = lifeLine(row.life, texts.value, daemonNow.value);
    return [...amiss.map((mark) => mark.text), line].filter((part) => part !== "").join(" · ");
  }).value;
  return text === "" ? null : <span class="under">{text}</span>;
}

function Uptime({ namespec }: { readonly namespec: string }) {
  const text = useComputed(() => {
    const row = world.value.rows.get(namespec);
    return row?.startedAt == null || row.pid === 0 ? "" : duration(daemonNow.value - row.startedAt);
  });
  return <>{text}</>;
}

function UsageCells({ namespec }: { readonly namespec: string }) {
  const usage = useComputed(() => world.value.usage.get(namespec)).value;
  return (
    <>
      <div role="cell" class="c-cpu">
        {usage !== undefined && <Sparkline values={usage.cpu} />}
        <span>{usage === undefined ? "" : percent(usage.now.tree.cpu)}</span>
      </div>
      <div role="cell" class="c-memory">
        {usage !== undefined && <Sparkline values={usage.memory} />}
        <span>{usage === undefined ? "" : bytes(usage.now.tree.memory)}</span>
      </div>
    </>
  );
}
