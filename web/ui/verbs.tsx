/** Buttons for what can be done to some processes. Icons alone in a row, with words elsewhere. */
import { request } from "../actions.ts";
import type { Verb } from "../model/texts.ts";
import { applies, isUp } from "../model/verbs.ts";
import { row, texts, world } from "../state.ts";
import { ActionIcon } from "./icons.tsx";

export function RowVerbs({ namespec }: { readonly namespec: string }) {
  const found = row(namespec);
  if (found === undefined) return null;
  const verbs: readonly Exclude<Verb, "signal">[] = isUp(found) ? ["restart", "stop"] : ["start"];
  return (
    <span class="rowverbs">
      {verbs.map((verb) => (
        <VerbButton key={verb} verb={verb} targets={[namespec]} what={namespec} quiet />
      ))}
    </span>
  );
}

type Props = {
  readonly verb: Exclude<Verb, "signal">;
  readonly targets: readonly string[];
  readonly what: string;
  readonly quiet?: boolean;
};

/** `quiet`: an icon that the keyboard passes by; its keys do the same. */
export function VerbButton({ verb, targets, what, quiet = false }: Props) {
  const word = texts.value.verbs[verb];
  const { rows } = world.value;
  const idle = !targets.some((each) => {
    const found = rows.get(each);
    return found !== undefined && applies(verb, found);
  });
  return (
    <button
      type="button"
      class={quiet ? "icononly" : "verb"}
      disabled={idle}
      tabIndex={quiet ? -1 : 0}
      title={quiet ? word : undefined}
      aria-label={`${word} ${what}`}
      onClick={() => request(verb, targets, targets.length > 1 ? what : "")}
    >
      <ActionIcon name={verb} />
      {!quiet && <span>{word}</span>}
    </button>
  );
}
