/** How a rolling restart stands, in one line at the foot, where it moves nothing. */
import { isBad, isOver, rollingText } from "../model/rolling.ts";
import { rolling, texts } from "../state.ts";
import { ActionIcon } from "./icons.tsx";

export function RollingLine() {
  const shown = rolling.value;
  if (shown === null) return null;
  return (
    <div class={`bulk${isBad(shown) ? " bad" : ""}`} role="status">
      <span class={isOver(shown) ? undefined : "pending"}>{rollingText(shown, texts.value)}</span>
      <button type="button" class="icononly" aria-label={texts.value.dismiss} onClick={() => (rolling.value = null)}>
        <ActionIcon name="close" />
      </button>
    </div>
  );
}
