/** What a row of the table of options says. */
import type { Bounds, OptionType } from "./optiontypes.ts";

/** A text in the languages of the documentation. */
export type Words = { readonly en: string; readonly zh: string };

/**
 * Which names `%(name)s` may use in a value, `ENV_x` aside, which all may (CONF-098..CONF-107).
 * That it differs per option is the original's way, and configurations depend on it.
 */
export const SCOPES = {
  env: [],
  here: ["here"],
  host: ["here", "host_node_name"],
  socket: ["here", "program_name"],
  program: ["here", "program_name", "group_name", "host_node_name"],
  process: ["here", "program_name", "group_name", "host_node_name", "process_num", "numprocs"],
} as const satisfies Record<string, readonly string[]>;

export type Scope = keyof typeof SCOPES;

export type Channel = "stdout" | "stderr";

/** Where an option's value is kept, and how clients are told of it. */
export type Member = {
  /** The field of the model. A value that is not used as it is read has code of its own as well. */
  readonly field: string;
  /** The channel whose field it is; without it, a field of the process, the daemon or the server itself. */
  readonly of?: Channel;
  /** Where getAllConfigInfo tells it; without it, it does not. (RPC-159..161) */
  readonly place?: number;
  /** Its name there, where it is not the option's. */
  readonly as?: string;
};

export type Option = {
  readonly type: OptionType;
  /** As it would stand in a file; null when there is no value to show: then `unset` says what happens. */
  readonly default: string | null;
  readonly unset?: Words;
  readonly isRequired?: true;
  readonly scope: Scope;
  /** One short sentence without a full stop: the comment in the sample, the help of the flag, the first line of the reference. */
  readonly brief: Words;
  /** What else the reference says. */
  readonly more?: Words;
  /** The value in the sample; without it the option is not in the sample. */
  readonly sample?: string;
  /** Stands in the sample without `;` before it. */
  readonly isActiveInSample?: true;
  /** Not in the original. */
  readonly isOurs?: true;
  /** A process that runs takes a new value over: with `update_mode=minimal` it is not restarted for it. */
  readonly isLive?: true;
  readonly member?: Member;
} & Bounds;
