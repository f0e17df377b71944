/** The reference of the configuration, in English and Chinese, and the JSON schema: pages of docs/reference, made from the option table by `npm run docs`. */

import { aliasesOf } from "../../src/config/aliases.ts";
import {
  EVENT_LISTENER,
  FCGI_PROGRAM,
  type Option,
  PROGRAM,
  SCOPES,
  SECTIONS,
  type SectionKind,
  SUPERVISORD,
  type Words,
} from "../../src/config/optiontable.ts";
import { SUPERVISORD_PROGRAM } from "../../src/config/supervisord.ts";
import { contentsText } from "./contents.ts";
import { EXAMPLES } from "./examples.ts";
import { configSchema } from "./schema.ts";
import { EVENT_WORDS, typeWords } from "./typewords.ts";

type Language = keyof Words;

/** The pages by their place in the project. */
export function pages(): Readonly<Record<string, string>> {
  return {
    "docs/reference/configuration.md": referencePage("en"),
    "docs/reference/configuration.zh-CN.md": referencePage("zh"),
    "docs/reference/configuration.schema.json": configSchema(),
  };
}

export function referencePage(language: Language): string {
  const sections = SECTIONS.map((kind) => sectionText(kind, language));
  const introduction = INTRODUCTION[language].trim();
  return `${[introduction, contentsText([introduction, `## ${TEXTS.contents[language]}`, ...sections], TEXTS.contents[language]), ...sections].join("\n\n")}\n`;
}

const INTRODUCTION: Words = {
  en: `
<!-- Made by npm run docs from src/config/optiontable.ts. -->

# Configuration

[中文](configuration.zh-CN.md)

One table in the source declares every section and option; this page, the sample of \`echo_supervisord_conf\`, the checks and the messages are made from it. \`supervisord --check\` reads a configuration and starts nothing; \`supervisord --print-config\` shows every value in effect and where it comes from, also as JSON with \`--json\`. \`supervisord --hash-password\` makes a hash of a password ([password](#password)).

## The file

- \`[section]\` starts a section, \`name=value\` or \`name: value\` is an option. Names of options may be in any case, names of sections not.
- A line that starts with \`;\` or \`#\` is a comment, and so is what follows a \`;\` or \`#\` behind white space, **even inside quotes**. Quotes have no meaning but where it is said.
- A line that is indented more than its option continues the value. An indented option or header does so as well.
- The same section or option may stand twice, also in several files: options merge, the last one wins.
- Options in \`[DEFAULT]\` count for every section that does not have its own.
- The file is UTF-8.

## Expansion

\`%(name)s\` inserts a value, with all of Python's formats: \`%(process_num)02d\`. A literal \`%\` is written \`%%\`. \`%(ENV_X)s\` is the variable X of the environment that supervisord was started with; after \`[supervisord] environment\` was read, its keys are there too. Which other names an option knows stands with it. \`here\` is the folder of the file: with an \`[include]\` section, of the file that the value stands in.

## Changes

\`supervisorctl update\` makes what runs the same as the file: changed programs restart. With \`update_mode=minimal\`, options that are marked as taken over by a running process change without a restart ([updating](../update.md)).

## Mistakes

All errors are shown at once, each with its file and line, and nothing starts. A section or an option that nothing reads is no error: a warning names it and what was probably meant. Names that other tools read from the file are listed in \`extra_options\`.`,
  zh: `
<!-- Made by npm run docs from src/config/optiontable.ts. -->

# 配置

[English](configuration.md)

源码中的一张表声明了所有的段和选项；本页、\`echo_supervisord_conf\` 的示例、检查和消息都由它生成。\`supervisord --check\` 只检查配置而不启动任何程序；\`supervisord --print-config\` 显示每个生效的值及其来源，加 \`--json\` 则输出 JSON。\`supervisord --hash-password\` 生成密码的散列值（[password](#password)）。

## 文件格式

- \`[section]\` 开始一个段，\`name=value\` 或 \`name: value\` 是选项。选项名不区分大小写，段名区分。
- 以 \`;\` 或 \`#\` 开头的行是注释；空白之后的 \`;\` 或 \`#\` 也开始注释，**即使在引号内**。除另有说明外，引号没有特殊含义。
- 缩进大于其选项的行是该值的续行。缩进的选项或段标题同样会成为续行。
- 同一个段或选项可以出现多次，也可以分布在多个文件中：选项会合并，后者优先。
- \`[DEFAULT]\` 中的选项对所有没有自行设置的段生效。
- 文件使用 UTF-8 编码。

## 展开

\`%(name)s\` 插入一个值，支持 Python 的全部格式，例如 \`%(process_num)02d\`。字面的 \`%\` 写作 \`%%\`。\`%(ENV_X)s\` 是启动 supervisord 时环境中的变量 X；读取 \`[supervisord] environment\` 之后，其中的键也可使用。各选项还可使用哪些名称，见该选项的说明。\`here\` 是文件所在的目录：存在 \`[include]\` 段时，是该值所在文件的目录。

## 更改

\`supervisorctl update\` 使运行状态与文件一致：更改过的程序会重启。设置 \`update_mode=minimal\` 后，标明“运行中的进程会直接采用新值”的选项更改时无需重启（[更新配置](../update.md)）。

## 错误

所有错误一次全部显示，并附文件和行号，此时不会启动任何程序。没有任何部分读取的段或选项不是错误：会有警告指出它以及可能想写的名称。由其他工具读取的名称请列在 \`extra_options\` 中。`,
};

const TEXTS = {
  type: { en: "Value", zh: "取值" },
  default: { en: "Default", zh: "默认" },
  required: { en: "required", zh: "必填" },
  names: { en: "Names", zh: "可用名称" },
  flag: { en: "Flag", zh: "命令行" },
  ours: { en: "Not in Supervisor.", zh: "Supervisor 中没有此选项。" },
  aliases: { en: "{} is another name of it.", zh: "也可写作 {}。" },
  empty: { en: "empty", zh: "空" },
  live: { en: "taken over by a running process", zh: "运行中的进程会直接采用新值" },
  change: { en: "New value", zh: "新值" },
  more: { en: "All options of [program:x], and:", zh: "[program:x] 的全部选项，以及：" },
  events: { en: "Events", zh: "事件" },
  plugin: { en: "Further options go to what makes it.", zh: "其余选项会传给工厂。" },
  contents: { en: "Contents", zh: "目录" },
  example: { en: "Example:", zh: "示例：" },
} as const satisfies Record<string, Words>;

function sectionText(kind: SectionKind, language: Language): string {
  const title = `## [${kind.header.endsWith(":") ? `${kind.header}x` : kind.header}]`;
  const own = ownOptions(kind);
  const stop = language === "en" ? "." : "。";
  const blank = language === "en" ? " " : "";
  const lines = [title, `${kind.brief[language]}${stop}${kind.takesMore ? `${blank}${TEXTS.plugin[language]}` : ""}`];
  if (kind.more !== undefined) lines.push(kind.more[language]);
  const example = EXAMPLES[kind.header];
  if (example !== undefined) lines.push(TEXTS.example[language], `\`\`\`ini\n${example.trim()}\n\`\`\``);
  if (isExtension(kind)) lines.push(TEXTS.more[language]);
  return [...lines, ...own.map(([name, option]) => optionText(name, option, kind, language))].join("\n\n");
}

export function isExtension(kind: SectionKind): boolean {
  return kind.isForOthers !== true && ownOptions(kind).length < Object.keys(kind.options).length;
}

/** A listener and a FastCGI program are programs: only what they have beyond, or otherwise, is listed. */
export function ownOptions({ options, isForOthers }: SectionKind): [string, Option][] {
  if (isForOthers === true) return [];
  const rows = Object.entries(options);
  if (options !== EVENT_LISTENER && options !== FCGI_PROGRAM) return rows;
  const common: Readonly<Record<string, Option>> = PROGRAM;
  return rows.filter(([name, option]) => common[name] !== option);
}

function optionText(name: string, option: Option, kind: SectionKind, language: Language): string {
  const stop = language === "en" ? "." : "。";
  const colon = language === "en" ? ": " : "：";
  const brief = option.brief[language];
  const sentences = [`${language === "en" ? capitalised(brief) : brief}${stop}`, option.more?.[language]];
  if (option.isOurs) sentences.push(TEXTS.ours[language]);
  const aliases = aliasesOf(name).map((alias) => `\`${alias}\``);
  if (option.isOurs && aliases.length > 0) sentences.push(TEXTS.aliases[language].replace("{}", aliases.join(", ")));
  const facts: [Words, string][] = [
    [TEXTS.type, typeWords(option).words[language]],
    [TEXTS.default, defaultText(option, language)],
    [TEXTS.names, [...SCOPES[option.scope], "ENV_x"].map((one) => `\`${one}\``).join(", ")],
  ];
  const flag = kind.options === SUPERVISORD ? flagOf(name) : null;
  if (flag !== null) facts.push([TEXTS.flag, flag]);
  if (option.isLive) facts.push([TEXTS.change, TEXTS.live[language]]);
  if (name === "events") facts.push([TEXTS.events, EVENT_WORDS]);
  const list = facts.map(([word, text]) => `- ${word[language]}${colon}${text}`);
  return `### ${name}\n\n${sentences.filter((one) => one !== undefined).join(language === "en" ? " " : "")}\n\n${list.join("\n")}`;
}

function capitalised(brief: string): string {
  return `${brief.charAt(0).toUpperCase()}${brief.slice(1)}`;
}

function defaultText(option: Option, language: Language): string {
  if (option.isRequired) return TEXTS.required[language];
  if (option.default === "") return TEXTS.empty[language];
  return option.default === null ? (option.unset?.[language] ?? "") : `\`${option.default}\``;
}

function flagOf(name: string): string | null {
  const flag = SUPERVISORD_PROGRAM.flags.find((one) => one.name === name);
  if (flag === undefined) return null;
  return [flag.short === null ? null : `\`-${flag.short}\``, `\`--${flag.long}\``].filter((one) => one !== null).join(", ");
}
