/** Another number of processes for a program, from the panel of one of them; fewer is asked for first, with the names of those that go. (SCL) */
import { useSignal } from "@preact/signals";
import type { OptionValue } from "../../src/api/types.ts";
import { scale } from "../actions.ts";
import { processPath } from "../live/api.ts";
import { countIn, removedBy, type Scalable, scalable } from "../model/scale.ts";
import { scaling, texts, world } from "../state.ts";
import { ActionIcon } from "./icons.tsx";
import { useLoaded } from "./loaded.ts";
import { VerbButton } from "./verbs.tsx";

/** So many names are read. */
const NAMED_MAX = 5;

export function ScaleItem({ namespec }: { readonly namespec: string }) {
  const found = world.peek().rows.get(namespec) ?? { group: "", name: "" };
  const loaded = useLoaded<readonly OptionValue[]>(processPath(found, "config"), () => world.value.groups).value;
  const it = loaded.kind === "loaded" ? scalable(loaded.value, found.group, world.value) : null;
  if (it === null) return null;
  return (
    <div>
      <dt>{texts.value.views.processes}</dt>
      <dd>
        <ScaleForm it={it} />
        {it.members.length > 1 && (
          <div class="deeds">
            <VerbButton verb="rolling" targets={it.members} what={it.program} />
          </div>
        )}
      </dd>
    </div>
  );
}

function ScaleForm({ it }: { readonly it: Scalable }) {
  /** null: nobody has typed. */
  const typed = useSignal<string | null>(null);
  const asked = useSignal<number | null>(null);
  const { life, cancel } = texts.value;
  const order = (count: number): void => {
    typed.value = null;
    if (count < it.members.length) asked.value = count;
    else void scale(it, count);
  };
  const written = typed.value ?? String(it.members.length);
  const submit = (event: Event): void => {
    event.preventDefault();
    const count = countIn(written);
    if (count !== null && count !== it.members.length) order(count);
  };
  const count = asked.value;
  const outcome = scaling.value?.program === it.program ? scaling.value.progress : "done";
  return (
    <form class="deeds" onSubmit={submit}>
      {count === null ? (
        <>
          <CountField program={it.program} written={written} write={(text) => (typed.value = text)} />
          <button type="submit" class="verb" aria-label={`${life.scale} ${it.program}`}>
            {life.scale}
          </button>
          {it.written !== it.members.length && (
            <button type="button" class="verb" onClick={() => order(it.written)}>
              {life.asInFile(it.written)}
            </button>
          )}
        </>
      ) : (
        <span class="deeds question" role="alert">
          {life.confirmScale(it.program, it.members.length, count, named(removedBy(it, count)))}
          <button
            type="button"
            class="verb strong"
            ref={(button) => button?.focus()}
            onClick={() => {
              asked.value = null;
              void scale(it, count);
            }}
          >
            {life.scale}
          </button>
          <button type="button" class="verb" onClick={() => (asked.value = null)}>
            {cancel}
          </button>
        </span>
      )}
      {typeof outcome === "object" && (
        <span class="outcome failed">
          <span class="reason">
            ✗ {texts.value.failed}: {outcome.failed}
          </span>
        </span>
      )}
    </form>
  );
}

type Field = { readonly program: string; readonly written: string; readonly write: (text: string) => void };

function CountField({ program, written, write }: Field) {
  const { life } = texts.value;
  return (
    <input
      type="number"
      min={0}
      max={100000}
      required
      aria-label={life.processesOf(program)}
      ref={(input) => input?.setCustomValidity(written === "" || countIn(written) !== null ? "" : life.digitsOnly)}
      value={written}
      onInput={(event) => write(event.currentTarget.value)}
    />
  );
}

function named(names: readonly string[]): string {
  const left = names.length - NAMED_MAX;
  const first = names.slice(0, NAMED_MAX).join(", ");
  return left > 0 ? `${first} ${texts.value.more(left)}` : first;
}

/** The order at the foot of the page: the process of the panel may be one of those that go. */
export function ScaleLine() {
  const order = scaling.value;
  if (order === null) return null;
  const { program, before, after, progress } = order;
  const { life, failed, dismiss } = texts.value;
  const text = life.scaled(program, before, after);
  return (
    <div class={`bulk${typeof progress === "object" ? " bad" : ""}`} role="status">
      <span>{progress === "pending" ? `${text}…` : progress === "done" ? text : `${text}: ${failed}: ${progress.failed}`}</span>
      <button type="button" class="icononly" aria-label={dismiss} onClick={() => (scaling.value = null)}>
        <ActionIcon name="close" />
      </button>
    </div>
  );
}
