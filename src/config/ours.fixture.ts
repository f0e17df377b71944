/** The options of a program that Supervisor does not have, at their defaults: tests need not name each of them. */
import type { ProcessConfig } from "./model.ts";
import { type Option, PROGRAM } from "./optiontable.ts";
import { defaultOf } from "./reader.ts";

const rows: readonly Option[] = Object.values(PROGRAM);

export const OURS = Object.fromEntries(
  rows.flatMap((row) => (row.isOurs === true && row.member !== undefined ? [[row.member.field, defaultOf(row)]] : [])),
) as Partial<ProcessConfig> as ProcessConfig;
