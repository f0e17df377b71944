/** What has become of a deed on many, in one line at the foot, where it moves nothing; with its undo. */
import { undoBulk } from "../actions.ts";
import { undoOf } from "../model/verbs.ts";
import { bulk, texts } from "../state.ts";
import { ActionIcon } from "./icons.tsx";

export function BulkLine() {
  const many = bulk.value;
  if (many === null) return null;
  const { verb, targets, done, failed } = many;
  const words = texts.value;
  const pending = done.length + failed.length < targets.length;
  const [first] = failed;
  return (
    <div class={`bulk${failed.length > 0 ? " bad" : ""}`} role="status">
      <span>
        {pending
          ? words.bulkPending(words.pending[verb], done.length + failed.length, targets.length)
          : words.bulkDone(words.done[verb], done.length, targets.length)}
        {first !== undefined && `; ${words.bulkFailed(failed.length)}: ${first.namespec}: ${first.why}`}
      </span>
      {!pending && done.length > 0 && undoOf(verb) !== null && (
        <button type="button" class="verb" onClick={undoBulk}>
          {words.undo} ({done.length})
        </button>
      )}
      <button type="button" class="icononly" aria-label={words.dismiss} onClick={() => (bulk.value = null)}>
        <ActionIcon name="close" />
      </button>
    </div>
  );
}
