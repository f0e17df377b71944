/** The keys, in a panel beside the page; nothing behind it is blocked. */
import { helpOpen, texts } from "../state.ts";
import { ActionIcon } from "./icons.tsx";

export function Help() {
  const { help, keys, dismiss, classic } = texts.value;
  return (
    <aside class="help" aria-label={help}>
      <div class="titlebar">
        <h2>{help}</h2>
        <button type="button" class="icononly" aria-label={dismiss} onClick={() => (helpOpen.value = false)}>
          <ActionIcon name="close" />
        </button>
      </div>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href="index.html">{classic}</a>
      </p>
    </aside>
  );
}
