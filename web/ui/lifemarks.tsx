/** The marks of readiness, health and limits beside a state; nothing for a process that uses none of it. */
import { useComputed } from "@preact/signals";
import { marksOf } from "../model/life.ts";
import { texts, world } from "../state.ts";

export function LifeMarks({ namespec }: { readonly namespec: string }) {
  const marks = useComputed(() => {
    const row = world.value.rows.get(namespec);
    return row === undefined ? [] : marksOf(row, texts.value);
  }).value;
  return (
    <>
      {marks.map(({ text, tone, title }) => (
        <span key={text} class={`lifemark tone-${tone}`} title={title}>
          {text}
        </span>
      ))}
    </>
  );
}
