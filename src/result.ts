/** A value or a refusal with a code. Exceptions are for bugs; whatever a user or the world can cause comes back as one of these. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** A good result. */
export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

/** A refusal, with what the caller needs to explain it. */
export function refuse<E>(error: E): Result<never, E> {
  return { ok: false, error };
}

/** Called where every case has been handled: a new member of the union becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part))}`);
}

/** A broken invariant: our bug, never a user's mistake. It ends the daemon; the keeper brings it back and no child notices. */
export function assert(condition: unknown, text: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${text}`);
}
