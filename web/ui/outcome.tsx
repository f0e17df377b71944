/** What has become of a deed on one process: pending, done with its undo, failed with the reason. */
import { dismiss, undo } from "../actions.ts";
import { isUp, isWaiting, undoOf } from "../model/verbs.ts";
import { outcomes, row, texts } from "../state.ts";
import { useComputedOf } from "./computedof.ts";
import { ActionIcon } from "./icons.tsx";

export function OutcomeOf({ namespec }: { readonly namespec: string }) {
  const outcome = useComputedOf(namespec, (one) => outcomes.value.get(one));
  const ordered = useComputedOf(namespec, orderedText);
  if (outcome === undefined) return null;
  const { pending, done, failed, undo: undoText, dismiss: dismissText } = texts.value;
  const { verb, progress } = outcome;
  if (progress === "pending") return <span class="outcome pending">{pending[verb]}</span>;
  if (progress === "done")
    return (
      <span class="outcome done">
        ✓ {ordered ?? done[verb]}
        {undoOf(verb) !== null && (
          <button type="button" class="link" onClick={() => undo([namespec])}>
            {undoText}
          </button>
        )}
      </span>
    );
  return (
    <span class="outcome failed" title={progress.failed}>
      <span class="reason">
        ✗ {failed}: {progress.failed}
      </span>
      <button type="button" class="link" aria-label={dismissText} onClick={() => dismiss([namespec])}>
        <ActionIcon name="close" />
      </button>
    </span>
  );
}

/** What is said of a start whose process is not up yet: why that is. */
function orderedText(namespec: string): string | null {
  const verb = outcomes.value.get(namespec)?.verb;
  const found = verb === "start" || verb === "restart" ? row(namespec) : undefined;
  if (found === undefined || isUp(found)) return null;
  if (isWaiting(found)) return texts.value.life.ordered;
  return found.life.job === null ? null : texts.value.done.resume;
}
