// The rooms of src/ and what each may know of (docs/architecture.md, "Rooms"). A room that is missing in this table fails the check.
const TOP = "^src/(result|doors|version|bytes|birth|zone|errnowords)\\.ts$";

/** Each room with the rooms it may import. The files at the top of src/ are for all, and every room for itself. */
const ROOMS = {
  config: [],
  process: ["config"],
  events: ["config", "process"],
  supervisor: ["config", "process", "events"],
  logs: ["config"],
  link: [],
  rpc: ["config", "process", "events", "supervisor", "logs"],
  api: ["config", "process", "events", "logs", "rpc"],
  http: ["config", "process", "events", "supervisor", "logs", "rpc", "api"],
  ctl: ["config", "process", "rpc", "plugin"],
  listener: ["rpc", "ctl/client", "plugin"],
  tools: ["config"],
  plugin: ["config", "rpc"],
  daemon: ["config", "process", "events", "supervisor", "logs", "link", "rpc", "api", "http", "plugin"],
};

/** The rooms of src/daemon: each may import those that stand before it. What it needs of a later one is handed in when it is made. */
const DAEMON_ROOMS = [
  "loop",
  "observers",
  "serving",
  "listeners",
  "logfiles",
  "runs",
  "spawn",
  "probes",
  "groups",
  "lifecycle",
  "upgrade",
  "ports",
];
/** The rest of src/daemon that all of its rooms know. */
const FOR_DAEMON_ROOMS = "^src/daemon/runtime\\.ts$";

/** Rooms that compute and do nothing else. */
const PURE = ["config", "process", "events", "supervisor", "logs"];
/** Node's own modules that only compute, too. */
const PURE_MODULES = "^(node:)?(assert|assert/strict|buffer|path|path/posix|string_decoder|util|punycode)$";
/** Where files, sockets and processes are touched directly: the doors, the short-lived programs, and the thread that loads users' modules. */
const AT_THE_DOORS = "^src/(daemon/doors|ctl|tools|plugin)/";
const WORLD_MODULES =
  "^(node:)?(fs|fs/promises|child_process|dns|dns/promises|timers|timers/promises|worker_threads|cluster|dgram|tty|readline)$";

/** Packages that the programs have inside (PKG-001): a work tool for who installs us, a part of the product for who audits it. */
const BUNDLED = ["@rgrove/parse-xml"];

const OF_TESTS = "\\.(test|fixture)\\.ts$";

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map(([room, below]) => ({
      name: `room-${room}`,
      comment: `src/${room}/ may know of ${below.join(", ") || "nothing"} only (docs/architecture.md, Rooms)`,
      severity: "error",
      from: { path: `^src/${room}/`, pathNot: OF_TESTS },
      to: { path: "^src/", pathNot: [TOP, ...[room, ...below].map((each) => `^src/${each}/`)] },
    })),
    ...DAEMON_ROOMS.map((room, at) => ({
      name: `daemon-room-${room}`,
      comment: `src/daemon/${room}/ may know of ${DAEMON_ROOMS.slice(0, at).join(", ") || "no other room of the daemon"} only`,
      severity: "error",
      from: { path: `^src/daemon/${room}/`, pathNot: OF_TESTS },
      to: {
        path: "^src/daemon/",
        pathNot: [
          FOR_DAEMON_ROOMS,
          ...DAEMON_ROOMS.slice(0, at + 1).map((each) => `^src/daemon/${each}/`),
          ...(room === "ports" ? ["^src/daemon/doors/"] : []),
        ],
      },
    })),
    {
      name: "daemon-doors-know-no-room",
      comment: "src/daemon/doors/ is the outside world; who puts the daemon together hands it in",
      severity: "error",
      from: { path: "^src/daemon/doors/", pathNot: OF_TESTS },
      // The types of a plug-in are declared by who uses it.
      to: { path: "^src/daemon/", pathNot: "^src/daemon/(doors/|serving/pluginhost\\.ts$)" },
    },
    {
      name: "daemon-rooms-have-rules",
      comment: "a new room of the daemon needs a place in DAEMON_ROOMS at the head of .dependency-cruiser.cjs and in docs/architecture.md",
      severity: "error",
      from: { path: "^src/daemon/[^/]+/", pathNot: `^src/daemon/(${DAEMON_ROOMS.join("|")}|doors)/` },
      to: {},
    },
    {
      name: "every-room-has-rules",
      comment: "a new room needs a line in the table at the head of .dependency-cruiser.cjs and in docs/architecture.md",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/(${Object.keys(ROOMS).join("|")})/` },
      to: {},
    },
    {
      name: "top-knows-no-room",
      comment: "the files at the top of src/ name types of link/ (doors.ts) and import nothing else",
      severity: "error",
      from: { path: TOP },
      to: { path: "^src/", pathNot: [TOP, "^src/link/messages\\.ts$"] },
    },
    {
      name: "pure-rooms-have-no-world",
      comment: "pure rooms compute; what they need of the world comes in as values or through src/doors.ts",
      severity: "error",
      from: { path: `^src/(${PURE.join("|")})/`, pathNot: OF_TESTS },
      to: { dependencyTypes: ["core"], pathNot: PURE_MODULES },
    },
    {
      name: "world-only-at-the-doors",
      comment: "files, processes, timers: add what you need to src/doors.ts and src/daemon/doors/",
      severity: "error",
      from: { path: "^src/", pathNot: [AT_THE_DOORS, OF_TESTS] },
      to: { path: WORLD_MODULES },
    },
    {
      name: "no-cycles",
      comment: "of types neither: two files that need each other are one file, or miss a third, or one hands in what the other needs",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-tests-in-the-product",
      severity: "error",
      from: { path: "^src/", pathNot: OF_TESTS },
      to: { path: ["^test/", OF_TESTS] },
    },
    {
      name: "no-work-tools-in-the-product",
      comment: "nothing is installed beside us at a user's; what is bundled into the programs is named in BUNDLED",
      severity: "error",
      from: { path: "^src/", pathNot: OF_TESTS },
      to: {
        dependencyTypes: ["npm-dev", "npm-optional", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
        pathNot: `@types/|node_modules/(${BUNDLED.join("|")})/`,
      },
    },
    { name: "everything-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
    // The harness writes what it finds as text; nothing is cached, because a cache keyed by time misses a changed rule.
    cache: false,
  },
};
