/**
 * One run of supervisorctl, or one shell: which commands there are, whom it talks to, what it has to say, and the exit status so far. Commands get
 * nothing else. What they say goes through `report` and `say`, so that --json, colours and terminals are settled in one place.
 *
 * `commandtable.ts` has the commands as rows: help, completion, dispatch and the reference page derive from the rows, so that a command is declared
 * once. A row loads its code only when it is run.
 */
import type { Result } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import type { Supervisor } from "./client/supervisor.ts";
import type { Connector, ConnectTo, Target } from "./connector.ts";
import type { ExitStatus } from "./exit.ts";
import { type Json, jsonText } from "./json.ts";
import { paint } from "./paint.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "./visible.ts";

/** What the words behind the command's name are, for completion. */
export type Completes =
  | "nothing"
  | "commands"
  | "groups"
  | "processes"
  /** A signal, then processes. */
  | "signal-processes"
  | "shells";

/** An option of ours behind the command's name. Every other word stays what it was in the original: a name. */
export type CommandOption = {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** The word that stands for the value; null for a switch. */
  readonly value: string | null;
  /** What it means without a value, which then stands behind `=` only. */
  readonly valueAlone?: string;
  readonly help: string;
};

export type CommandRow = {
  readonly name: string;
  /** Lines of help that the original prints, also after a wrong use: scripts' logs are full of them, so they stay as they are. (CTL-070..CTL-073) */
  readonly usage: readonly string[];
  /** What is ours and not of the original; only `help` shows it. */
  readonly more: readonly string[];
  readonly completes: Completes;
  readonly options: readonly CommandOption[];
  /** What --json prints: a list with an item per line of text, or one object. null: it prints no data. */
  readonly json: "list" | "object" | null;
  /** "none": a word behind the name is a wrong use. An object: so many must stand there; `what` names them in the sentence of the wrong use. */
  readonly words?: "none" | { readonly least: number; readonly what: string; readonly exit?: number };
  /** Looks first whether the server is there and is one that we understand. */
  readonly needs?: "server";
  /** The exit status if it is not; otherwise the reason decides. */
  readonly exitIfDown?: number;
  /** A question before what cannot be taken back, in the shell and with -i only. Only an answer that begins with y or Y goes on. (CTL-166, CTL-168) */
  readonly asksFirst?: string;
  /** Whose it is: help lists the commands of the original, ours and each plug-in's apart, so that the first table is what it always was. (CTL-067) */
  readonly source: string;
  readonly load: () => Promise<{ readonly run: Command }>;
};

export type Arguments = {
  /** Everything behind the name as it was written, for plug-ins. */
  readonly text: string;
  /** The words that are no options, as the original splits them. */
  readonly words: readonly string[];
  /** The options given, by name; the value is empty for a switch. */
  readonly options: ReadonlyMap<string, string>;
  /** For the help lines that follow a wrong use. */
  readonly row: CommandRow;
};

/**
 * Runs a command. What it finds it reports to the session, line by line; a failure that it does not know how to tell comes back and becomes an
 * error line. (CTL-046)
 */
export type Command = (session: Session, args: Arguments) => Promise<Result<unknown, Failure>>;

/** One thing that a command found: as a line of text, and as data. `exit` null leaves the exit status alone. `isOutput`: a program wrote it. */
export type Line = { readonly text: string; readonly exit: ExitStatus; readonly data: Json; readonly isOutput?: true };

export type SessionOptions = {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly connectTo: ConnectTo;
  readonly commands: readonly CommandRow[];
  /** Asks: the shell, or -i. */
  readonly isInteractive: boolean;
  readonly argv0: string;
};

export class Session {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly isInteractive: boolean;
  readonly argv0: string;
  /** The table's rows and those of plug-ins. */
  commands: readonly CommandRow[];
  exit = 0;
  /** Set by quit, exit and the end of the input. */
  isLeaving = false;
  readonly #connectTo: ConnectTo;
  #target: Target;
  #connector: Connector | null = null;
  #supervisor: Supervisor | null = null;
  readonly #hinted = new Set<string>();
  #json: { readonly kind: "list" | "object"; readonly found: Json[] } | null = null;

  constructor({ settings, terminal, connectTo, commands, isInteractive, argv0 }: SessionOptions) {
    this.settings = settings;
    this.terminal = terminal;
    this.commands = commands;
    this.isInteractive = isInteractive;
    this.argv0 = argv0;
    this.#connectTo = connectTo;
    const { serverUrl, username, password, answerMs } = settings;
    // Only both together are credentials; empty ones are some. (CTL-033, CLI-063)
    const credentials = username === null || password === null ? null : { username, password };
    this.#target = { serverUrl, credentials, answerMs };
  }

  /** Colours in what Supervisor prints: expect scripts read terminals too, so only where they were asked for. */
  get hasColours(): boolean {
    return this.settings.color !== null && this.hasColoursOfOurs;
  }

  /** Colours in what Supervisor does not have. */
  get hasColoursOfOurs(): boolean {
    const { color } = this.settings;
    return color === "always" || (color !== "never" && this.terminal.screen.hasColours);
  }

  get serverUrl(): string {
    return this.#target.serverUrl;
  }

  get hasCredentials(): boolean {
    return this.#target.credentials !== null;
  }

  /** The methods of supervisord, over a connection that lives until the command ends. */
  get supervisor(): Supervisor {
    this.#supervisor ??= this.connector.supervisor();
    return this.#supervisor;
  }

  get connector(): Connector {
    this.#connector ??= this.#connectTo(this.#target);
    return this.#connector;
  }

  /** From now on another server, with the credentials as they are (CTL-170). */
  open(serverUrl: string): void {
    this.#retarget({ ...this.#target, serverUrl });
  }

  signIn(username: string, password: string): void {
    this.#retarget({ ...this.#target, credentials: { username, password } });
  }

  #retarget(target: Target): void {
    this.#supervisor?.close();
    this.#supervisor = null;
    this.#connector = null;
    this.#target = target;
  }

  /** Called around every command: `kind` is what --json wants, null for text. */
  begin(kind: "list" | "object" | null): void {
    this.#hinted.clear();
    this.#json = kind === null ? null : { kind, found: [] };
  }

  end(): void {
    this.#supervisor?.close();
    this.#supervisor = null;
    const json = this.#json;
    this.#json = null;
    if (json === null) return;
    const { screen } = this.terminal;
    const document = json.kind === "list" ? json.found : json.found.at(-1);
    if (document !== undefined) screen.write(jsonText(document, screen.isTerminal));
  }

  get isJson(): boolean {
    return this.#json !== null;
  }

  /** A line of a command's result. */
  report({ text, exit, data, isOutput }: Line): void {
    if (exit !== null) this.exit = exit;
    if (this.#json !== null) this.#json.found.push(data);
    else if (isOutput) this.terminal.screen.write(`${text}\n`);
    else this.terminal.screen.write(`${isError(data) ? this.#coloured(this.#shown(text)) : this.#shown(text)}\n`);
  }

  /** A mistake of the user: a sentence, and the help lines that follow it. (CTL-070) */
  wrongUse(message: string, exit: number, row: CommandRow | null): void {
    this.report({ text: message, exit, data: { error: message.replace(/^error: /i, "") } });
    if (row !== null && !this.isJson) for (const line of row.usage) this.say(line);
  }

  /** A line that is no data. `isOutput`: a program, or a plug-in, wrote it. */
  say(line: string, isOutput = false): void {
    this.terminal.screen.write(`${isOutput ? line : this.#shown(line)}\n`);
  }

  /** Data that comes while a command goes on: a line of JSON of its own. */
  emit(data: Json): void {
    this.terminal.screen.write(jsonText(data, false));
  }

  /** Advice for a person at a terminal: never on standard output, and never where a script reads along. */
  hint(sentence: string): void {
    const { screen } = this.terminal;
    // restart is a stop and a start: what one hinted at the other need not.
    if (this.#hinted.has(sentence)) return;
    this.#hinted.add(sentence);
    const shown = visible(sentence);
    if (screen.errorIsTerminal && sentence !== "") screen.writeError(`${this.hasColours ? paint("dim", shown) : shown}\n`);
  }

  /** Needed even where nobody looks: what was asked for could not be done, or not wholly. */
  note(sentence: string): void {
    const { screen } = this.terminal;
    screen.writeError(`${screen.errorIsTerminal ? visible(sentence) : sentence}\n`);
  }

  /** On a terminal nothing that a server says is carried out. */
  #shown(text: string): string {
    return this.terminal.screen.isTerminal ? visible(text, this.hasColours) : text;
  }

  #coloured(text: string): string {
    if (!this.hasColours) return text;
    return text.replace(/\bERROR\b.*|^(?:Error|error): .*/s, (error) => paint("red", error));
  }
}

/** What went wrong has this member, in text mode too; a log that speaks of errors has not. */
function isError(data: Json): boolean {
  return typeof data === "object" && data !== null && "error" in data;
}
