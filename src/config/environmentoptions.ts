/** The rows of what a program finds in its environment besides `environment`. */
import type { Option } from "./optionrow.ts";

export const ENVIRONMENT = {
  envfile: {
    type: "envfiles",
    default: null,
    unset: { en: "no files", zh: "无文件" },
    scope: "process",
    member: { field: "envFiles" },
    isOurs: true,
    brief: { en: "files of variables, read at each start", zh: "环境变量文件，每次启动时读取" },
    more: {
      en: "With `-` in front a file may be missing. A relative path counts from the folder of the configuration file. Variables of `environment` of the program win over these, these over those of [supervisord]; the last of several files wins. Each line is `NAME=value`, perhaps with `export ` in front; blank lines and lines that start with `#` are passed over. A value in `'…'` is literal; one in `\"…\"` knows `\\n`, `\\t`, `\\r`, `\\\\`, `\\\"` and `\\$`; both may go over lines. Otherwise it is the rest of the line up to ` #`. Nothing is expanded. A file that cannot be read, or is wrong, is a failed start; what all files give together is bounded by 32 KiB. They are read by supervisord with its rights, but a link that another user made counts only for that user's own files. Values are never shown.",
      zh: '前面加 `-` 表示文件可以不存在。相对路径以配置文件所在目录为准。程序自身的 `environment` 优先于这些文件，这些文件优先于 [supervisord] 的 `environment`；多个文件中后者优先。每行为 `NAME=value`，前面可有 `export `；空行和以 `#` 开头的行被忽略。`\'…\'` 中的值按字面使用；`"…"` 中可用 `\\n`、`\\t`、`\\r`、`\\\\`、`\\"` 和 `\\$`；两者都可跨行。否则值为该行余下直到 ` #` 的部分。不做任何展开。文件无法读取或有误时，启动失败；所有文件合计不超过 32 KiB。文件由 supervisord 以其权限读取，但其他用户创建的链接只对该用户自己的文件有效。值永远不会被显示。',
    },
  },
  clear_env: {
    type: "boolean",
    default: "false",
    scope: "process",
    member: { field: "clearEnv" },
    isOurs: true,
    brief: { en: "leave out the environment of supervisord, PATH excepted", zh: "不继承 supervisord 的环境变量，PATH 除外" },
    more: {
      en: "What is configured stays: `environment` of [supervisord] and of the program, `envfile`, `env_home`, and SUPERVISOR_ variables.",
      zh: "已配置的仍然保留：[supervisord] 与程序的 `environment`、`envfile`、`env_home` 以及 SUPERVISOR_ 变量。",
    },
  },
  env_home: {
    type: "boolean",
    default: "false",
    scope: "process",
    member: { field: "envHome" },
    isOurs: true,
    brief: {
      en: "set HOME, USER, LOGNAME and SHELL to those of the program's user",
      zh: "将 HOME、USER、LOGNAME 和 SHELL 设为程序用户的值",
    },
    more: {
      en: "As the passwd entry of the user says that the program runs as; without an entry HOME is `/`, SHELL `/bin/sh`, and the names are the number. What is configured wins.",
      zh: "取自程序运行用户的 passwd 条目；没有条目时 HOME 为 `/`，SHELL 为 `/bin/sh`，名称为编号。已配置的变量优先。",
    },
  },
} as const satisfies Record<string, Option>;
