/** The beginning of the page: the stream is opened, the keyboard is heard, the first picture is drawn. */
import "./styles/app.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { followOutcomes } from "./actions.ts";
import { listenToKeys } from "./keys.ts";
import { followList } from "./listed.ts";
import { followDependencies } from "./live/dependencies.ts";
import { pauseLogsWhenHidden } from "./live/logs.ts";
import { openStream } from "./live/stream.ts";
import { isTrouble } from "./model/states.ts";
import { followAddress, language, theme, world } from "./state.ts";
import { Page } from "./ui/page.tsx";

followAddress();
followList();
followOutcomes();
listenToKeys();
followDependencies();
effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset["theme"] = theme.value;
});
// The tab says it, too, when something is wrong.
effect(() => {
  const bad = [...world.value.rows.values()].filter(isTrouble).length;
  const name = world.value.daemon?.hostName ?? "";
  document.title = `${bad > 0 ? `(${bad}) ` : ""}${name === "" ? "" : `${name} · `}Holdfast`;
});
const root = document.getElementById("page");
if (root !== null) render(<Page />, root);
openStream();
pauseLogsWhenHidden();
