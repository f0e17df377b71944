/** The whole page: the bar above, what is the matter with the connection, the view, and the panel of the chosen process beside it. */
import { useComputed } from "@preact/signals";
import { listed } from "../listed.ts";
import { announcement, connection, go, helpOpen, route, texts, world } from "../state.ts";
import { Attention } from "./attention.tsx";
import { Banner } from "./banner.tsx";
import { BulkLine } from "./bulk.tsx";
import { EventsView } from "./events.tsx";
import { Header } from "./header.tsx";
import { Help } from "./help.tsx";
import { ActivityView, LogsView } from "./logviews.tsx";
import { Panel } from "./panel.tsx";
import { RollingLine } from "./rolling.tsx";
import { ScaleLine } from "./scale.tsx";
import { Table } from "./table.tsx";
import { Toolbar } from "./toolbar.tsx";
import { UpdateView } from "./update.tsx";

export function Page() {
  // One that is taken out while it is looked at leaves the list.
  const open = useComputed(() => {
    const { view, chosen } = route.value;
    return view === "processes" && chosen !== null && (world.value.daemon === null || world.value.rows.has(chosen));
  }).value;
  return (
    <div class={`page${open ? " withpanel" : ""}${connection.value.kind === "lost" ? " stale" : ""}`}>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {texts.value.skip}
      </button>
      <Header />
      <Banner />
      <div class="body">
        <main id="main" tabIndex={-1}>
          <ViewOf />
        </main>
        {open && <Panel />}
      </div>
      <BulkLine />
      <ScaleLine />
      <RollingLine />
      {helpOpen.value && <Help />}
      <div class="hidden" role="status" aria-live="polite">
        {announcement}
      </div>
    </div>
  );
}

function ViewOf() {
  switch (route.value.view) {
    case "processes":
      return <Processes />;
    case "logs":
      return <LogsView />;
    case "activity":
      return <ActivityView />;
    case "events":
      return <EventsView />;
    case "update":
      return <UpdateView />;
  }
}

function Processes() {
  const { noPrograms, noProgramsHint, noMatch, clearFilter, loading, views } = texts.value;
  const known = world.value.daemon !== null;
  const none = known && world.value.rows.size === 0;
  return (
    <>
      <h1 class="hidden">{views.processes}</h1>
      <Toolbar />
      {!known && <Skeleton text={loading} />}
      {none && (
        <div class="empty">
          <h2>{noPrograms}</h2>
          <p>{noProgramsHint}</p>
          <p class="mono">{world.value.daemon?.configFile}</p>
        </div>
      )}
      {known && !none && listed.value.shown === 0 && (
        <div class="empty">
          <h2>{noMatch}</h2>
          <button type="button" class="verb" onClick={() => go({ query: "" })}>
            {clearFilter}
          </button>
        </div>
      )}
      {listed.value.shown > 0 && (
        <>
          <Attention />
          <Table />
        </>
      )}
    </>
  );
}

function Skeleton({ text }: { readonly text: string }) {
  return (
    <div class="skeleton">
      <span class="hidden">{text}</span>
      {Array.from({ length: 8 }, (_, at) => (
        <div key={at} class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}
