/** What options of rotation have to do with each other and with the log that they are for. (LOGX-020, LOGX-030, LOGX-033) */
import type { Schedule } from "./cronfields.ts";
import { PROGRAM, SUPERVISORD } from "./optiontable.ts";
import type { SectionReader } from "./reader.ts";

type Rotated = {
  /** The option that names the log: `stdout_logfile`, or `logfile` of the activity log. */
  readonly option: "logfile" | "stdout_logfile" | "stderr_logfile";
  /** A path, or the word that stands for there being none. */
  readonly log: string;
  readonly settings: {
    readonly maxBytes: number;
    readonly rotate: Schedule | null;
    readonly compress: "none" | "gzip";
    readonly totalMaxBytes: number;
  };
};

export function checkRotation(reader: SectionReader, { option, log, settings }: Rotated): void {
  const { maxBytes, rotate, compress, totalMaxBytes } = settings;
  if (rotate === null && compress === "none" && totalMaxBytes === 0) return;
  const total = `${option}_total_maxbytes`;
  const isFile = log.includes("/") ? !/^\/(dev|proc)\//.test(log) : log === "auto";
  if (!isFile) {
    const used = [
      ...(rotate === null ? [] : [`${option}_rotate`]),
      ...(compress === "none" ? [] : [`${option}_compress`]),
      ...(totalMaxBytes === 0 ? [] : [total]),
    ];
    for (const one of used) reader.warn(`For [${reader.section.name}], ${one} with ${option}=${log} has no effect.`);
    return;
  }
  if (totalMaxBytes < 0) reader.fail(total, `${total} is below 0`, "give a size such as 500MB, or 0 for no bound");
  if (totalMaxBytes <= 0 || totalMaxBytes >= 2 * maxBytes) return;
  const row = option === "logfile" ? SUPERVISORD.logfile_maxbytes : PROGRAM[`${option}_maxbytes`];
  const maxBytesText = reader.written(`${option}_maxbytes`)?.text ?? row.default;
  const message = `${total}=${reader.written(total)?.text ?? totalMaxBytes} is less than two files of maxbytes=${maxBytesText}`;
  reader.fail(total, message, `raise it, or lower ${option}_maxbytes: the log that is written and one backup must fit`);
}
