/** The chosen process beside the list: how it is, what can be done, and its log, timeline, configuration and signals. */
import { useComputed } from "@preact/signals";
import { bytes, duration, percent } from "../model/format.ts";
import { lifeLine } from "../model/life.ts";
import { exitText, reasonOf } from "../model/reasons.ts";
import { TABS, type Tab } from "../model/route.ts";
import { toneOf } from "../model/states.ts";
import { askedInPanel, daemonNow, go, hrefOf, route, texts, world } from "../state.ts";
import { Configuration } from "./configuration.tsx";
import { Confirmation } from "./confirmation.tsx";
import { ActionIcon, StateMark } from "./icons.tsx";
import { LifeMarks } from "./lifemarks.tsx";
import { hasLife, LifeTab } from "./lifetab.tsx";
import { ProcessLog } from "./logviews.tsx";
import { OutcomeOf } from "./outcome.tsx";
import { Signals } from "./signals.tsx";
import { Sparkline } from "./sparkline.tsx";
import { Timeline } from "./timeline.tsx";
import { PanelVerbs } from "./verbs.tsx";

export function Panel() {
  const namespec = route.value.chosen ?? "";
  const row = useComputed(() => world.value.rows.get(route.value.chosen ?? "")).value;
  if (row === undefined) return null;
  const { tabs, states, close } = texts.value;
  return (
    <section class="panel" aria-label={namespec}>
      <div class="titlebar">
        <h2>
          <span class={`state tone-${toneOf(row)}`}>
            <StateMark state={row.state} />
            <span class="hidden">{states[row.state]}</span>
          </span>
          {namespec} <LifeMarks namespec={namespec} />
        </h2>
        <button type="button" class="icononly" aria-label={close} onClick={() => go({ chosen: null })}>
          <ActionIcon name="close" />
        </button>
      </div>
      <Facts namespec={namespec} />
      <div class="deeds">
        <PanelVerbs namespec={namespec} />
        {askedInPanel.value && <Confirmation />}
        <OutcomeOf namespec={namespec} />
      </div>
      <nav class="tabs" aria-label={namespec}>
        {TABS.filter((tab) => tab !== "life" || route.value.tab === "life" || hasLife(namespec)).map((tab) => (
          <a key={tab} href={hrefOf({ tab })} aria-current={route.value.tab === tab ? "page" : undefined}>
            {tabs[tab]}
          </a>
        ))}
      </nav>
      <TabOf key={`${namespec} ${route.value.tab}`} tab={route.value.tab} namespec={namespec} />
    </section>
  );
}

function TabOf({ tab, namespec }: { readonly tab: Tab; readonly namespec: string }) {
  switch (tab) {
    case "log":
      return <ProcessLog namespec={namespec} />;
    case "timeline":
      return <Timeline namespec={namespec} />;
    case "life":
      return <LifeTab namespec={namespec} />;
    case "configuration":
      return <Configuration namespec={namespec} />;
    case "signals":
      return <Signals namespec={namespec} />;
  }
}

function Facts({ namespec }: { readonly namespec: string }) {
  const row = world.value.rows.get(namespec);
  const usage = world.value.usage.get(namespec);
  if (row === undefined) return null;
  const { states, columns, own, tree, inTree, expected, unexpected, ago } = texts.value;
  const now = daemonNow.value;
  const last =
    row.lastExit === null
      ? ""
      : `${exitText(row, texts.value)} (${row.lastExit.expected ? expected : unexpected}), ${ago(duration(now - row.lastExit.at))}`;
  const reason = reasonOf(row, texts.value, now);
  return (
    <dl class="facts">
      <Fact
        name={columns.state}
        value={[states[row.state], row.pid === 0 ? "" : `pid ${row.pid}`, lifeLine(row.life, texts.value, now), reason]
          .filter(Boolean)
          .join(" · ")}
        wide
      />
      {row.pid !== 0 && row.startedAt !== null && <Fact name={columns.uptime} value={duration(now - row.startedAt)} />}
      <Fact name={columns.restarts} value={String(row.restarts)} />
      {row.pid !== 0 && last !== "" && <Fact name={texts.value.states.EXITED} value={last} />}
      {usage !== undefined && (
        <>
          <div>
            <dt>{columns.cpu}</dt>
            <dd>
              <Sparkline values={usage.cpu} width={90} height={18} /> {percent(usage.now.own.cpu)} {own} · {percent(usage.now.tree.cpu)}{" "}
              {tree}
            </dd>
          </div>
          <div>
            <dt>{columns.memory}</dt>
            <dd>
              <Sparkline values={usage.memory} width={90} height={18} /> {bytes(usage.now.own.memory)} {own} ·{" "}
              {bytes(usage.now.tree.memory)} {tree} ({inTree(usage.now.tree.processes)})
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}

function Fact({ name, value, wide = false }: { readonly name: string; readonly value: string; readonly wide?: boolean }) {
  return (
    <div class={wide ? "wide" : undefined}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
