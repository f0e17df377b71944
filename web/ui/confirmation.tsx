/** The question before a deed on many, or one that cannot be taken back; asked where the deed was chosen. */
import { confirm } from "../actions.ts";
import { countIn } from "../model/scale.ts";
import { question, texts } from "../state.ts";

/** So many names are read. */
const NAMED_MAX = 5;

export function Confirmation() {
  const asked = question.value;
  if (asked === null) return null;
  const { verbs, cancel, noUndo, life } = texts.value;
  const verb = asked.signal === undefined ? verbs[asked.verb] : `${verbs.signal} ${asked.signal}`;
  return (
    <div class="deeds question" role="alert">
      <span>
        {wording(verb)} {asked.verb === "clear" && noUndo}
      </span>
      {asked.verb === "rolling" && (
        <input
          type="number"
          min={1}
          max={asked.targets.length}
          aria-label={life.atOnce}
          value={asked.atOnce ?? 1}
          onInput={(event) => {
            question.value = { ...asked, atOnce: Math.max(1, countIn(event.currentTarget.value) ?? 1) };
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") confirm();
          }}
        />
      )}
      <button type="button" class="verb strong" ref={focusOnce} onClick={confirm}>
        {verb} ({asked.targets.length})
      </button>
      <button type="button" class="verb" onClick={() => (question.value = null)}>
        {cancel}
      </button>
    </div>
  );
}

function wording(verb: string): string {
  const asked = question.value;
  if (asked === null) return "";
  const { confirm: words, life, more } = texts.value;
  if (asked.verb === "rolling") return life.confirmRolling(asked.targets.length, asked.what);
  if (asked.verb !== "dependants") return words(verb, asked.targets.length, asked.what);
  const others = asked.targets.slice(0, -1);
  const named = others.slice(0, NAMED_MAX).join(", ");
  const left = others.length - NAMED_MAX;
  return life.confirmDependants(asked.targets.at(-1) ?? "", left > 0 ? `${named} ${more(left)}` : named);
}

function focusOnce(button: HTMLButtonElement | null): void {
  button?.focus();
}
