/** Signals: the usual ones a button each, any other by name or number. */
import { useSignal } from "@preact/signals";
import { request } from "../actions.ts";
import { row, texts } from "../state.ts";

const USUAL = ["HUP", "USR1", "USR2", "INT", "TERM", "QUIT", "KILL", "STOP", "CONT"] as const;

export function Signals({ namespec }: { readonly namespec: string }) {
  const { signalHints, notRunning, verbs } = texts.value;
  if ((row(namespec)?.pid ?? 0) === 0) return <p class="dim pad">{notRunning}</p>;
  return (
    <div class="signals pad">
      {USUAL.map((name) => (
        <button
          key={name}
          type="button"
          class="verb"
          aria-label={`${verbs.signal} ${name}`}
          onClick={() => request("signal", [namespec], "", name)}
        >
          <b class="mono">{name}</b> <span class="dim">{signalHints[name]}</span>
        </button>
      ))}
      <SignalForm targets={[namespec]} what={namespec} />
    </div>
  );
}

export function SignalForm({ targets, what }: { readonly targets: readonly string[]; readonly what: string }) {
  const name = useSignal("");
  const { send, anySignal, signalName } = texts.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (name.value.trim() !== "") request("signal", targets, what, name.value.trim());
  };
  return (
    <form class="signalform" onSubmit={submit}>
      <input
        aria-label={anySignal}
        placeholder={signalName}
        size={8}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="verb">
        {send}
      </button>
    </form>
  );
}
