/** The options of rotation beyond size and number of backups. A part of the table. (LOGX-020, LOGX-030, LOGX-033) */
import type { Channel, Option } from "./optionrow.ts";

const TIMES = {
  en: "By local time: `hourly` (`hourly@:30`), `daily` (`daily@03:00`), `weekly` (Mondays), `monthly` (on the 1st), each also with a time. It counts besides the size; a log that is empty stays. A moment that passed while supervisord did not run, or that a clock jumped over, rotates once; one that comes twice when clocks are changed counts once. Also while the program is down.",
  zh: "按本地时间：`hourly`（`hourly@:30`）、`daily`（`daily@03:00`）、`weekly`（周一）、`monthly`（1 日），后三者也可带时刻。与按大小轮转并存；空日志不轮转。在 supervisord 未运行时错过的、或因时钟跳变而越过的时刻，补做一次；因时钟调整而出现两次的时刻只算一次。程序停止时也会轮转。",
};
const TOTAL = {
  en: "The oldest backups are removed for it, after each rotation. At least twice the `maxbytes`. 0: no bound.",
  zh: "每次轮转之后删除最旧的备份以满足此上限。至少为 `maxbytes` 的两倍。0 表示无上限。",
};

const COMPRESS = {
  en: "Backups from `.2` on become `.2.gz`, and so on, with their mode and owner; `.1` stays plain for those who still read it. One at a time, beside everything else, without delaying a rotation. On a full disk the plain file stays, and a line in the activity log says so.",
  zh: "从 `.2` 起的备份变为 `.2.gz` 等，保留权限和属主；`.1` 保持不压缩，供仍在读取者使用。一次只压缩一个，与其他工作并行，不耽误轮转。磁盘已满时保留未压缩的文件，并在活动日志中写一行说明。",
};

/** Of [supervisord]: the activity log. */
export const ACTIVITY_ROTATION = {
  logfile_rotate: {
    type: "rotation",
    default: "never",
    scope: "here",
    member: { field: "logfileRotate" },
    isOurs: true,
    brief: { en: "when the activity log is rotated besides its size", zh: "除大小之外，活动日志何时轮转" },
    more: TIMES,
  },
  logfile_compress: {
    type: "choice",
    choice: { what: "compression", words: ["none", "gzip"] },
    default: "none",
    scope: "here",
    member: { field: "logfileCompress" },
    isOurs: true,
    brief: { en: "whether rotated activity logs are compressed: none or gzip", zh: "是否压缩轮转后的活动日志：none 或 gzip" },
    more: COMPRESS,
  },
  logfile_total_maxbytes: {
    type: "bytes",
    default: "0",
    scope: "here",
    member: { field: "logfileTotalMaxBytes" },
    isOurs: true,
    brief: { en: "how much the activity log and its backups may take together", zh: "活动日志及其备份合计的大小上限" },
    more: TOTAL,
  },
} as const satisfies Record<string, Option>;

/** Of one channel. */
export function rotationOptions<const C extends Channel>(name: C) {
  const of: { readonly of: C } = { of: name };
  return {
    logfile_rotate: {
      type: "rotation",
      default: "never",
      scope: "process",
      member: { ...of, field: "rotate" },
      isOurs: true,
      isLive: true,
      brief: { en: `when the log of ${name} is rotated besides its size`, zh: `除大小之外，${name} 日志何时轮转` },
      more: TIMES,
    },
    logfile_compress: {
      type: "choice",
      choice: { what: "compression", words: ["none", "gzip"] },
      default: "none",
      scope: "process",
      member: { ...of, field: "compress" },
      isOurs: true,
      isLive: true,
      brief: { en: `whether rotated logs of ${name} are compressed: none or gzip`, zh: `是否压缩轮转后的 ${name} 日志：none 或 gzip` },
      more: COMPRESS,
    },
    logfile_total_maxbytes: {
      type: "bytes",
      default: "0",
      scope: "process",
      member: { ...of, field: "totalMaxBytes" },
      isOurs: true,
      isLive: true,
      brief: { en: `how much the log of ${name} and its backups may take together`, zh: `${name} 日志及其备份合计的大小上限` },
      more: TOTAL,
    },
  } as const satisfies Record<string, Option>;
}
