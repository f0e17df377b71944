/** The marks of readiness, health and limits beside a state; nothing for a process that uses none of it. */
import { marksOf } from "../model/life.ts";
import { texts, world } from "../state.ts";
import { useComputedOf } from "./computedof.ts";

export function LifeMarks({ namespec }: { readonly namespec: string }) {
  const marks = useComputedOf(namespec, (one) => {
    const row = world.value.rows.get(one);
    return row === undefined ? [] : marksOf(row, texts.value);
  });
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
