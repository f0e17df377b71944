/** The bar above: where we are, the strip of all processes, the views, language and theme. */
import { useComputed } from "@preact/signals";
import { bytes, percent } from "../model/format.ts";
import { VIEWS } from "../model/route.ts";
import { STATE_NAMES, toneOf } from "../model/states.ts";
import { helpOpen, hrefOf, language, remember, route, texts, theme, world } from "../state.ts";

const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" } as const;

export function Header() {
  const { views, theme: themeText, themes, language: other, languageName, help, daemonLine } = texts.value;
  const daemon = useComputed(() => world.value.daemon).value;
  const usage = useComputed(() => world.value.daemonUsage).value;
  return (
    <header>
      <div class="bar">
        <a class="brand" href="#/processes">
          <span class="mark" aria-hidden="true" />
          <strong>{daemon?.hostName ?? "Holdfast"}</strong>
          {daemon !== null && daemon.identifier !== "supervisor" && <span class="dim">{daemon.identifier}</span>}
        </a>
        <nav>
          {VIEWS.map((view) => (
            <a key={view} href={hrefOf({ view, chosen: null })} aria-current={route.value.view === view ? "page" : undefined}>
              {views[view]}
            </a>
          ))}
        </nav>
        <span class="dim daemonline">{usage === null ? "" : daemonLine(percent(usage.cpu), bytes(usage.memory))}</span>
        <span class="switches">
          <button
            type="button"
            class="link"
            onClick={() => {
              theme.value = NEXT_THEME[theme.value];
              remember("theme", theme.value);
            }}
          >
            {themeText}: {themes[theme.value]}
          </button>
          <button
            type="button"
            class="link"
            lang={language.value === "en" ? "zh-CN" : "en"}
            aria-label={`${other} (${languageName})`}
            onClick={() => {
              language.value = language.value === "en" ? "zh" : "en";
              remember("language", language.value);
            }}
          >
            {other}
          </button>
          <button
            type="button"
            class="link"
            aria-label={help}
            aria-expanded={helpOpen.value}
            onClick={() => (helpOpen.value = !helpOpen.value)}
          >
            ?
          </button>
        </span>
      </div>
      <Strip />
    </header>
  );
}

/** One tick for each process, in the order of the table; what is wrong stands out by its height, too. */
function Strip() {
  const rows = [...world.value.rows.values()];
  const paths = new Map<string, string>();
  for (const [at, row] of rows.entries()) {
    const tone = toneOf(row);
    const [top, bottom] = tone === "bad" || tone === "warn" ? [0, 10] : tone === "good" ? [4, 10] : [7, 10];
    paths.set(tone, `${paths.get(tone) ?? ""}M${at} ${top}h${rows.length > 200 ? 1 : 0.8}V${bottom}H${at}z`);
  }
  const { states, overview } = texts.value;
  const words = STATE_NAMES.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${count} ${states[state]}`];
  });
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${Math.max(rows.length, 24)} 10`}
      preserveAspectRatio="none"
      role="img"
      aria-label={overview(words.join(", "))}
    >
      {[...paths].map(([tone, path]) => (
        <path key={tone} class={`tone-${tone}`} d={path} fill="currentColor" />
      ))}
    </svg>
  );
}
