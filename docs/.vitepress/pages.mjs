// The pages of the site in their order, by the name of their file in docs/ without its ending: who reads them, what they are called. A page whose
// Chinese file (NAME.zh-CN.md) is not there is listed in Chinese too, with a mark, and leads to the English one.

/** @typedef {{ readonly page: string, readonly en: string, readonly zh: string }} Page */
/** @typedef {{ readonly en: string, readonly zh: string, readonly pages: readonly Page[] }} Part */

/** @type {readonly Part[]} */
export const PARTS = [
  {
    en: "First steps",
    zh: "入门",
    pages: [
      { page: "install", en: "Install", zh: "安装" },
      { page: "debian", en: "Move from Debian's supervisor", zh: "从 Debian 的 supervisor 迁移" },
      { page: "not-starting", en: "Why does my program not start?", zh: "程序为什么没有启动？" },
      { page: "differences", en: "Differences from Supervisor", zh: "与 Supervisor 的差异" },
    ],
  },
  {
    en: "In operation",
    zh: "运行",
    pages: [
      { page: "containers", en: "Docker and other containers", zh: "Docker 与其他容器" },
      { page: "systemd", en: "systemd", zh: "systemd" },
      { page: "logs", en: "Logs", zh: "日志" },
      { page: "secure", en: "Secure the page", zh: "保护网页" },
      { page: "update", en: "Updating the configuration", zh: "更新配置" },
      { page: "upgrade", en: "Upgrade Holdfast", zh: "升级 Holdfast" },
    ],
  },
  {
    en: "What it can do",
    zh: "功能",
    pages: [
      { page: "cookbook", en: "Cookbook", zh: "实例" },
      { page: "life", en: "The life of a program", zh: "程序的生命周期" },
      { page: "web", en: "The web page", zh: "网页" },
      { page: "plugins", en: "Plug-ins and event listeners", zh: "插件与事件监听器" },
    ],
  },
  {
    en: "Reference",
    zh: "参考",
    pages: [
      { page: "reference/configuration", en: "Configuration", zh: "配置" },
      { page: "supervisorctl", en: "supervisorctl", zh: "supervisorctl" },
      { page: "api", en: "JSON API, metrics, health", zh: "JSON API、指标与健康检查" },
    ],
  },
  {
    en: "How it is built",
    zh: "内部结构",
    pages: [
      { page: "architecture", en: "Architecture", zh: "架构" },
      { page: "invariants", en: "What always holds", zh: "不变式" },
      { page: "keeper-protocol", en: "The keeper's protocol", zh: "keeper 协议" },
      { page: "keeper-audit", en: "The keeper, audited", zh: "keeper 审查" },
      { page: "outside", en: "The circumstances it is tried in", zh: "测试环境" },
      { page: "benchmarks", en: "Benchmarks", zh: "性能" },
    ],
  },
];
