/** Rows of the table: limits that the kernel enforces for a program with all that it starts, by a control group of its own. (CGR-001..004) */
import type { Option } from "./optionrow.ts";

const NO_LIMIT = { en: "no limit", zh: "不限制" };
const OF_A_GROUP = { default: null, unset: NO_LIMIT, scope: "process", isOurs: true, isLive: true } as const;
const HOW_ENFORCED = {
  en: "It needs control groups of version 2 that supervisord may use; where it may not, the limit is not enforced, and that is told (see `cgroups`).",
  zh: "需要 supervisord 可用的第 2 版控制组；不可用时该限制不会生效，并会给出提示（见 `cgroups`）。",
};

export const CGROUP_OPTIONS = {
  memory_max: {
    ...OF_A_GROUP,
    type: "bytes",
    member: { field: "memoryMax" },
    brief: { en: "memory that the program and all that it starts may have together", zh: "程序及其启动的一切合计可用的内存" },
    more: {
      en: `What needs more is killed by the kernel (\`oom\` in the history says yes). ${HOW_ENFORCED.en}`,
      zh: `超出时由内核终止（历史记录中 \`oom\` 为 yes）。${HOW_ENFORCED.zh}`,
    },
  },
  pids_max: {
    ...OF_A_GROUP,
    type: "whole",
    range: [1, 4_194_304],
    member: { field: "pidsMax" },
    brief: {
      en: "processes and threads that the program and all that it starts may have together",
      zh: "程序及其启动的一切合计可有的进程和线程数",
    },
    more: HOW_ENFORCED,
  },
  cpu_max: {
    ...OF_A_GROUP,
    type: "cores",
    member: { field: "cpuMax" },
    brief: {
      en: "share of the processor for the program and all that it starts, in cores",
      zh: "程序及其启动的一切合计可用的处理器份额，以核为单位",
    },
    more: { en: `\`1.5\` or \`150%%\`. ${HOW_ENFORCED.en}`, zh: `写作 \`1.5\` 或 \`150%%\`。${HOW_ENFORCED.zh}` },
  },
} as const satisfies Record<string, Option>;
