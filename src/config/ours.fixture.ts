/** The options of a program that Supervisor does not have, at their defaults: tests need not name each of them. */
import type { ChannelConfig, ProcessConfig } from "./model.ts";
import { type Channel, type Option, PROGRAM } from "./optiontable.ts";
import { defaultOf } from "./reader.ts";

const rows: readonly Option[] = Object.values(PROGRAM);

export const OURS = defaultsOf() as ProcessConfig;
/** The same of a channel. */
export const CHANNEL_OURS = defaultsOf("stdout") as ChannelConfig;

function defaultsOf(channel?: Channel): unknown {
  return Object.fromEntries(
    rows.flatMap((row) => (row.isOurs === true && row.member?.of === channel && row.member ? [[row.member.field, defaultOf(row)]] : [])),
  );
}
