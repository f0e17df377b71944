/** What is the matter with the connection or the daemon: what is shown stays, and is said to be old. */

import { retryNow } from "../live/stream.ts";
import { duration } from "../model/format.ts";
import { connection, texts, tick, world } from "../state.ts";

export function Banner() {
  const words = texts.value;
  const state = connection.value;
  if (state.kind === "unauthorised")
    return (
      <div class="banner bad" role="alert">
        <span>{words.unauthorised}</span>
        <button type="button" class="verb" onClick={() => location.reload()}>
          {words.signIn}
        </button>
      </div>
    );
  if (state.kind === "lost") {
    const left = state.retryAt === null ? 0 : Math.ceil((state.retryAt - tick.value) / 1000);
    return (
      <div class="banner bad">
        <strong role="alert">{words.connectionLost}</strong>
        <span>{left > 0 ? words.tryingIn(left) : words.connecting}</span>
        {world.value.daemon !== null && <span>{words.old(duration(tick.value - state.since))}</span>}
        <button type="button" class="verb" onClick={retryNow}>
          {words.tryNow}
        </button>
      </div>
    );
  }
  const mood = world.value.daemon?.state;
  if (mood === "RESTARTING" || mood === "SHUTDOWN")
    return (
      <div class="banner warn" role="status">
        {mood === "RESTARTING" ? words.restarting : words.shuttingDown}
      </div>
    );
  return null;
}
