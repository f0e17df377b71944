/**
 * What a command is. `commandtable.ts` has them all as rows: help, completion, dispatch and the reference page derive from the rows, so that a command is
 * declared once. A row loads its code only when it is run.
 */

import type { Result } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import type { Session } from "./session.ts";

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
