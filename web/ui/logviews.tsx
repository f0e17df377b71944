/** Where logs are shown: one process in its panel, several side by side, the activity log. */
import { useMemo } from "preact/hooks";
import { processPath, url } from "../live/api.ts";
import { logKey } from "../live/logs.ts";
import { CHANNELS, type Channel } from "../model/route.ts";
import { go, hrefOf, route, texts, world } from "../state.ts";
import { ActionIcon } from "./icons.tsx";
import { type Followed, Log } from "./log.tsx";

/** More cannot be read at once, and the daemon gives sixteen in one stream. */
const LOGS_MAX = 6;

export function ProcessLog({ namespec }: { readonly namespec: string }) {
  const { channels, noLog } = texts.value;
  const { channel } = route.value;
  const followed = sources(namespec, channel);
  return (
    <>
      <div class="channels" role="group">
        {CHANNELS.map((each) => (
          <a key={each} href={hrefOf({ channel: each })} aria-current={channel === each ? "true" : undefined}>
            {channels[each]}
          </a>
        ))}
      </div>
      {followed.length === 0 ? <p class="dim pad">{noLog}</p> : <Log key={`${namespec} ${channel}`} followed={followed} label={namespec} />}
    </>
  );
}

export function ActivityView() {
  const { views, noActivity } = texts.value;
  const followed = useMemo<readonly Followed[]>(
    () => [{ key: "activity", path: "log", source: "stdout", download: url("log/download") }],
    [],
  );
  return (
    <div class="view full">
      <h1>{views.activity}</h1>
      {world.value.daemon?.log === false ? <p class="dim">{noActivity}</p> : <Log followed={followed} label={views.activity} />}
    </div>
  );
}

export function LogsView() {
  const { views, logsHint, addLog, removeLog, tooMany } = texts.value;
  const { logs } = route.value;
  const names = [...world.value.rows.values()].filter((row) => row.stdoutLog || row.stderrLog).map((row) => row.namespec);
  const known = logs.filter((each) => world.value.rows.has(each)).slice(0, LOGS_MAX);
  return (
    <div class="view full">
      <h1>{views.logs}</h1>
      <div class="deeds">
        <select
          aria-label={addLog}
          value=""
          disabled={known.length >= LOGS_MAX}
          onChange={(event) => go({ logs: [...known, event.currentTarget.value] })}
        >
          <option value="">{addLog}…</option>
          {names
            .filter((each) => !known.includes(each))
            .map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
        </select>
        <span class="dim">{known.length === 0 ? logsHint : known.length >= LOGS_MAX ? tooMany : ""}</span>
      </div>
      <div class={`sidebyside n${known.length}`}>
        {known.map((namespec) => (
          <section key={namespec} class="onelog" aria-label={namespec}>
            <div class="titlebar">
              <h2>
                <a href={hrefOf({ view: "processes", chosen: namespec, tab: "log" })}>{namespec}</a>
              </h2>
              <button
                type="button"
                class="icononly"
                aria-label={`${removeLog}: ${namespec}`}
                onClick={() => go({ logs: known.filter((each) => each !== namespec) })}
              >
                <ActionIcon name="close" />
              </button>
            </div>
            <Log followed={sources(namespec, "both")} label={namespec} />
          </section>
        ))}
      </div>
    </div>
  );
}

function sources(namespec: string, channel: Channel): readonly Followed[] {
  const row = world.value.rows.get(namespec);
  if (row === undefined) return [];
  return (["stdout", "stderr"] as const).flatMap((each) => {
    const there = each === "stdout" ? row.stdoutLog : row.stderrLog;
    if (!there || (channel !== "both" && channel !== each)) return [];
    return [
      {
        key: logKey(row, each),
        path: processPath(row, `log/${each}`),
        source: each,
        download: url(processPath(row, `log/${each}/download`)),
      },
    ];
  });
}
