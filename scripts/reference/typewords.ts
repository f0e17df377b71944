/** What the reference and the JSON schema say of each type of value. */

import { either } from "../../src/config/choices.ts";
import { durationText } from "../../src/config/durations.ts";
import { EVENT_NAMES } from "../../src/config/eventnames.ts";
import type { Option, Words } from "../../src/config/optiontable.ts";
import { LOG_LEVELS, type OptionType } from "../../src/config/optiontypes.ts";
import { PROBE_FORMS } from "../../src/config/probes.ts";
import { SIGNALS } from "../../src/config/signalnames.ts";

export type TypeWords = {
  readonly words: Words;
  /** What a value without expansions looks like, as a regular expression; null: anything. */
  readonly pattern: string | null;
};

const INTEGER = "[+-]?[0-9_]+";
const DECIMAL = "[0-9]+\\.?[0-9]*|\\.[0-9]+";
const LIMIT = `([0-9]+ *${anyCase("KB", "MB", "GB")}?|${anyCase("unlimited")})`;
const LEVELS = Object.keys(LOG_LEVELS).join(", ");

/** A word in any case, as a schema can say it. */
function anyCase(...words: string[]): string {
  const spelled = words.map((word) => [...word].map((letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`).join(""));
  return `(${spelled.join("|")})`;
}

const BOOLEAN = `(${anyCase("true", "false", "yes", "no", "on", "off")}|[01])`;

export const TYPE_WORDS: { readonly [T in OptionType]: TypeWords } = {
  text: { words: { en: "text", zh: "文本" }, pattern: null },
  integer: { words: { en: "whole number", zh: "整数" }, pattern: INTEGER },
  boolean: {
    words: { en: "`true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`", zh: "`true`、`yes`、`on`、`1` 或 `false`、`no`、`off`、`0`" },
    pattern: BOOLEAN,
  },
  bytes: {
    words: { en: "size in bytes, alone or with `KB`, `MB`, `GB`", zh: "字节数，可带 `KB`、`MB`、`GB`" },
    pattern: `${INTEGER} *${anyCase("KB", "MB", "GB")}?`,
  },
  octal: { words: { en: "octal number such as `022`", zh: "八进制数，例如 `022`" }, pattern: "[+-]?(0[oO])?[0-7_]+" },
  signal: {
    words: { en: "name of a signal, with or without `SIG`, or its number", zh: "信号名（可带 `SIG` 前缀）或编号" },
    pattern: `(${INTEGER}|([sS][iI][gG])?${anyCase(...Object.keys(SIGNALS).map((name) => name.slice(3)))})`,
  },
  exitcodes: {
    words: { en: "numbers from 0 to 255, separated by commas", zh: "0 至 255 的数字，以逗号分隔" },
    pattern: "( *[0-9_]+ *(, *[0-9_]+ *)*)?",
  },
  list: { words: { en: "names, separated by commas", zh: "名称，以逗号分隔" }, pattern: null },
  loglevel: { words: { en: `one of ${LEVELS}`, zh: `${LEVELS} 之一` }, pattern: anyCase(...Object.keys(LOG_LEVELS)) },
  autorestart: {
    words: { en: "`true`, `false` or `unexpected`", zh: "`true`、`false` 或 `unexpected`" },
    pattern: `(${BOOLEAN}|${anyCase("unexpected")})`,
  },
  environment: { words: { en: 'pairs: `KEY="value",KEY2="value2"`', zh: '键值对：`KEY="value",KEY2="value2"`' }, pattern: null },
  envfiles: {
    words: { en: "paths of files, separated by commas, each perhaps with `-` in front", zh: "文件路径，以逗号分隔，前面可加 `-`" },
    pattern: null,
  },
  directory: { words: { en: "path of a folder that exists; `~` is expanded", zh: "已存在的目录；展开 `~`" }, pattern: ".+" },
  dirpath: { words: { en: "path in a folder that exists; `~` is expanded", zh: "位于已存在目录中的路径；展开 `~`" }, pattern: null },
  logfile: {
    words: { en: "path in a folder that exists, `NONE`, `OFF` or `AUTO`", zh: "位于已存在目录中的路径，或 `NONE`、`OFF`、`AUTO`" },
    pattern: null,
  },
  user: { words: { en: "name or id of a user", zh: "用户名或用户 ID" }, pattern: ".+" },
  group: { words: { en: "name or id of a group", zh: "组名或组 ID" }, pattern: ".+" },
  groups: {
    words: { en: "names or ids of groups, separated by commas, or `none`", zh: "组名或组 ID，以逗号分隔，或 `none`" },
    pattern: ".+",
  },
  owner: { words: { en: "`user` or `user:group`, names or ids", zh: "`user` 或 `user:group`，名称或 ID" }, pattern: ".+" },
  address: { words: { en: "`port`, `host:port` or `*:port`", zh: "`port`、`host:port` 或 `*:port`" }, pattern: `(.*:)?${INTEGER}` },
  name: { words: { en: "name without space, `:` and `/`", zh: "不含空格、`:` 和 `/` 的名称" }, pattern: "[^ :/]*" },
  choice: { words: { en: "word", zh: "词" }, pattern: null },
  duration: {
    words: { en: "duration: seconds, or a number with `ms`, `s`, `m`, `h`, `d`", zh: "时长：秒数，或带 `ms`、`s`、`m`、`h`、`d` 的数字" },
    pattern: `(${DECIMAL})(${anyCase("ms")}|[sSmMhHdD])?`,
  },
  fraction: { words: { en: "number from 0 to 1", zh: "0 至 1 的数字" }, pattern: "(0?\\.[0-9]+|0\\.?|1(\\.0*)?)" },
  decimal: { words: { en: "number", zh: "数字" }, pattern: `(${DECIMAL})` },
  whole: { words: { en: "whole number", zh: "整数" }, pattern: INTEGER },
  cores: { words: { en: "share of the processor (1.5, 150%%)", zh: "处理器份额（1.5、150%%）" }, pattern: `(${DECIMAL})(%%)?` },
  commandline: {
    words: { en: "command line, split into words as `command` is", zh: "命令行，按 `command` 的规则拆分成词" },
    pattern: ".+",
  },
  limit: {
    words: {
      en: "`SOFT` or `SOFT:HARD`, each a whole number, a size with `KB`, `MB`, `GB`, or `unlimited`",
      zh: "`SOFT` 或 `SOFT:HARD`，各为整数、带 `KB`、`MB`、`GB` 的大小，或 `unlimited`",
    },
    pattern: `${LIMIT}(:${LIMIT})?`,
  },
  probe: { words: { en: "check", zh: "检查" }, pattern: ".+" },
  schedule: {
    words: {
      en: "schedule: `minute hour day month weekday`, six fields with `second` first, `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`, or `@every DURATION`",
      zh: "时间表：`分 时 日 月 星期`；六个字段时首字段为秒；或 `@yearly`、`@monthly`、`@weekly`、`@daily`、`@hourly`、`@every 时长`",
    },
    pattern: ".+",
  },
  rotation: {
    words: {
      en: "`never`, or `hourly`, `daily`, `weekly`, `monthly`, each perhaps with `@HH:MM` (`hourly@:MM`)",
      zh: "`never`，或 `hourly`、`daily`、`weekly`、`monthly`，可带 `@HH:MM`（`hourly@:MM`）",
    },
    pattern: `(${anyCase("never")}|${anyCase("hourly")}(@:[0-5][0-9])?|(${anyCase("daily", "weekly", "monthly")})(@([01]?[0-9]|2[0-3]):[0-5][0-9])?)`,
  },
  restartlimit: {
    words: { en: "`N/DURATION`, N from 1 to 1000", zh: "`N/时长`，N 为 1 至 1000" },
    pattern: `[0-9]+/(${DECIMAL})(${anyCase("ms")}|[sSmMhHdD])?`,
  },
  retries: { words: { en: "whole number, or `infinite`", zh: "整数，或 `infinite`" }, pattern: `(${INTEGER}|${anyCase("infinite")})` },
  zone: { words: { en: "name of a time zone, such as `Europe/Berlin`", zh: "时区名称，例如 `Europe/Berlin`" }, pattern: ".+" },
  logtargets: {
    words: { en: "`syslog`, `journal`, absolute paths, separated by commas", zh: "`syslog`、`journal`、绝对路径，以逗号分隔" },
    pattern: null,
  },
  syslogaddress: {
    words: { en: "`/path`, `udp://HOST:PORT` or `tcp://HOST:PORT`", zh: "`/路径`、`udp://HOST:PORT` 或 `tcp://HOST:PORT`" },
    pattern: null,
  },
  sysloglevels: {
    words: {
      en: "`emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info` or `debug`; or two, with a comma between",
      zh: "`emerg`、`alert`、`crit`、`err`、`warning`、`notice`、`info` 或 `debug`；也可写两个，以逗号分隔",
    },
    pattern: null,
  },
  prefix: { words: { en: 'text, in `"…"` to keep blanks at its ends', zh: '文本；写在 `"…"` 中可保留首尾空格' }, pattern: null },
  targets: {
    words: {
      en: "names of groups, programs or processes (`group:process`, `group:*`), each with `:CONDITION` behind it if wanted, separated by commas",
      zh: "组、程序或进程的名称（`group:process`、`group:*`），其后可加 `:CONDITION`，以逗号分隔",
    },
    pattern: null,
  },
};

/** What a row adds to its type: the words of a choice, the range of a number, the kinds of checks. */
export function typeWords(option: Option): TypeWords {
  const { words, pattern } = TYPE_WORDS[option.type];
  if (option.choice !== undefined) {
    const spelled = option.choice.words.map((word) => `\`${word}\``);
    return { words: { en: either(spelled), zh: chineseEither(spelled) }, pattern: anyCase(...option.choice.words) };
  }
  if (option.probes !== undefined) {
    const forms = option.probes.map((kind) => `\`${PROBE_FORMS[kind]}\``);
    return { words: { en: either(forms), zh: chineseEither(forms) }, pattern };
  }
  const [least, greatest] = option.range ?? [];
  if (least !== undefined)
    return { words: { en: `${words.en} from ${least} to ${greatest}`, zh: `${least} 至 ${greatest} 的${words.zh}` }, pattern };
  if (option.atLeast === undefined) return { words, pattern };
  const shortest = `\`${durationText(option.atLeast)}\``;
  return { words: { en: `${words.en}; at least ${shortest}`, zh: `${words.zh}；至少 ${shortest}` }, pattern };
}

function chineseEither(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join("、")} 或 ${words.at(-1)}`;
}

/** Listed in the reference, behind `events`. */
export const EVENT_WORDS = EVENT_NAMES.map((name) => `\`${name}\``).join(", ");
