/** Buttons for what can be done to some processes. Icons alone in a row, with words elsewhere. */
import { request } from "../actions.ts";
import { stoppedWith } from "../model/dependencies.ts";
import type { Verb } from "../model/texts.ts";
import { applies, isUp, meant } from "../model/verbs.ts";
import { dependencies, row, texts, world } from "../state.ts";
import { ActionIcon } from "./icons.tsx";

export function RowVerbs({ namespec }: { readonly namespec: string }) {
  const found = row(namespec);
  if (found === undefined) return null;
  const verbs: readonly ShownVerb[] = isUp(found) ? ["restart", "stop"] : applies("stop", found) ? ["start", "stop"] : ["start"];
  return (
    <span class="rowverbs">
      {verbs.map((verb) => (
        <VerbButton key={verb} verb={verb} targets={[namespec]} what={namespec} quiet />
      ))}
    </span>
  );
}

/** The deeds of the panel: what applies, and what its options add. */
export function PanelVerbs({ namespec }: { readonly namespec: string }) {
  const found = world.value.rows.get(namespec);
  if (found === undefined) return null;
  const { rows } = world.value;
  const isDown = !isUp(found);
  const others = stoppedWith(dependencies.value, namespec).filter((each) => {
    const other = rows.get(each);
    return other !== undefined && applies("stop", other);
  });
  const job = found.life.job !== null;
  const verbs: readonly (ShownVerb | false)[] = [
    isDown && "start",
    isDown && applies("alone", found) && "alone",
    !(isDown && job) && "restart",
    found.life.reload !== null && "reload",
    (!isDown || applies("stop", found)) && "stop",
  ];
  const targets = [namespec];
  return (
    <>
      {verbs.map((verb) => verb !== false && <VerbButton key={verb} verb={verb} targets={targets} what={namespec} />)}
      {others.length > 0 && applies("stop", found) && <VerbButton verb="dependants" targets={[...others, namespec]} what={namespec} />}
      {job && <VerbButton verb={applies("pause", found) ? "pause" : "resume"} targets={targets} what={namespec} />}
      <VerbButton verb="clear" targets={targets} what={namespec} />
    </>
  );
}

type ShownVerb = Exclude<Verb, "signal">;

const ICONS = {
  start: "start",
  stop: "stop",
  restart: "restart",
  clear: "clear",
  run: "start",
  pause: "pause",
  resume: "start",
  alone: "start",
  dependants: "stop",
  rolling: "rolling",
  reload: "restart",
} as const satisfies Readonly<Record<ShownVerb, string>>;

type Props = {
  readonly verb: ShownVerb;
  readonly targets: readonly string[];
  readonly what: string;
  readonly quiet?: boolean;
};

/** `quiet`: an icon that the keyboard passes by; its keys do the same. */
export function VerbButton({ verb: asked, targets, what, quiet = false }: Props) {
  const { rows } = world.value;
  const verb = meant(
    asked,
    targets.map((each) => rows.get(each)),
  ) as Props["verb"];
  const word = texts.value.verbs[verb];
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
      <ActionIcon name={ICONS[verb]} />
      {!quiet && <span>{word}</span>}
    </button>
  );
}
