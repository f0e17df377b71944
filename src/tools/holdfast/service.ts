/** `holdfast service`: supervisord starts with the host. It writes one file, and changes none that it has not made. (BOOT-020) */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type GivenFlag, ourFlag } from "../../config/commandline.ts";
import { quoted } from "../../config/quoting.ts";
import { ok, type Result, refuse } from "../../result.ts";
import { findLauncher } from "./installation.ts";
import { type InitSystem, MADE_BY, type Service, serviceText } from "./serviceunits.ts";
import { type Call, EXIT, type Verb } from "./verb.ts";

const NAME = "supervisor";
const WHAT = ["install", "uninstall"];
const SYSTEMS: readonly InitSystem[] = ["systemd", "sysvinit", "openrc"];
/** Where supervisord itself would look, of the places that a service can mean. */
const CONFIGS = ["/etc/supervisor/supervisord.conf", "/etc/supervisord.conf"];
const SYSTEM_FOLDER = "/etc/systemd/system";
/** Where packages have theirs. */
const PACKAGED = ["/usr/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/user"];

export const SERVICE: Verb = {
  name: "service",
  what: "have systemd start supervisord with the host, or print what starts it elsewhere",
  usage: "install|uninstall [--user] [--name NAME] [-c FILE] [--print] [--for SYSTEM]",
  flags: [
    ourFlag("user", "a service of your own, not of the host"),
    ourFlag("name", `what the service is called (${NAME})`, { value: "NAME" }),
    ourFlag("configuration", "the configuration file of supervisord", { short: "c", value: "FILE" }),
    ourFlag("print", "only print the text"),
    ourFlag("for", `with --print: ${SYSTEMS.join(", ")}; without it, what runs here`, { value: "SYSTEM" }),
  ],
  wordsMax: 1,
  words: WHAT,
  check: (flag, text) => {
    if (flag.name === "for" && !SYSTEMS.some((one) => one === text)) return `${quoted(text)} is none of ${SYSTEMS.join(", ")}`;
    if (flag.name === "name" && !/^[A-Za-z0-9:_.\\@-]{1,200}$/.test(text)) return `${quoted(text)} cannot be the name of a unit`;
    return null;
  },
  run: async (call) => Promise.resolve(serve(call, REAL)),
};

/** What of the host is looked at and changed. */
export type Host = {
  readonly uid: number;
  readonly systemFolder: string;
  readonly packaged: readonly string[];
  readonly isSystemd: boolean;
  readonly isOpenrc: boolean;
  /** Runs a command with its output shown; its exit status. */
  readonly run: (words: readonly string[]) => number;
};

const REAL: Host = {
  uid: process.getuid?.() ?? 0,
  systemFolder: SYSTEM_FOLDER,
  packaged: PACKAGED,
  isSystemd: existsSync("/run/systemd/system"),
  isOpenrc: existsSync("/sbin/openrc-run"),
  run: ([file = "", ...args]) => spawnSync(file, args, { stdio: ["ignore", "inherit", "inherit"] }).status ?? 127,
};

export function serve(call: Call, host: Host): number {
  const { words, flags, say, fail } = call;
  const [what] = words;
  if (what === undefined || !WHAT.includes(what)) {
    fail(`${what === undefined ? "a word is missing" : `${quoted(what)} is not known`}: give install or uninstall`);
    return EXIT.WRONG_USE;
  }
  const service = serviceOf(call, what === "install");
  if (!service.ok) return fail(service.error);
  if (flags.has("print")) {
    say(serviceText(systemOf(flags, host), service.value));
    return EXIT.SUCCESS;
  }
  if (!host.isSystemd) return fail("systemd does not run here: --print shows what its own system needs to start supervisord");
  const place = placeOf(call, service.value, host);
  const done = place.ok ? (what === "install" ? install : uninstall)(call, host, service.value, place.value) : place;
  return done.ok ? EXIT.SUCCESS : fail(done.error);
}

function serviceOf({ flags, root, cwd }: Call, isNeeded: boolean): Result<Service, string> {
  const given = flags.get("configuration")?.text ?? null;
  const isUser = flags.has("user");
  const config = given === null ? (isUser ? undefined : CONFIGS.find((file) => existsSync(file))) : path.resolve(cwd, given);
  if (config === undefined && isNeeded) return refuse("there is no configuration to be started with: give one with -c FILE");
  if (config !== undefined && isNeeded && !existsSync(config)) return refuse(`there is no file ${config}`);
  const own = path.join(root, "bin");
  const launcher = existsSync(path.join(own, "supervisord")) ? own : path.dirname(findLauncher(root) ?? path.join(own, "supervisord"));
  return ok({ bin: launcher, config: config ?? "", name: flags.get("name")?.text ?? NAME, isUser });
}

function systemOf(flags: ReadonlyMap<string, GivenFlag>, host: Host): InitSystem {
  const named = SYSTEMS.find((one) => one === flags.get("for")?.text);
  return named ?? (host.isSystemd ? "systemd" : host.isOpenrc ? "openrc" : "sysvinit");
}

/** The unit's file; refuses one that somebody else has made, or ships. */
function placeOf({ environment }: Call, { name, isUser }: Service, host: Host): Result<string, string> {
  if (!isUser && host.uid !== 0) return refuse("a service of the host needs root: use sudo, or --user");
  const home = environment["HOME"] ?? "";
  if (isUser && home === "") return refuse("HOME is not set");
  const folder = isUser ? path.join(environment["XDG_CONFIG_HOME"] || path.join(home, ".config"), "systemd", "user") : host.systemFolder;
  const file = path.join(folder, `${name}.service`);
  if (existsSync(file) && !readFileSync(file, "utf8").includes(MADE_BY))
    return refuse(`${file} is not ours, and stays as it is: give another --name`);
  const packaged = host.packaged.map((one) => path.join(one, `${name}.service`)).find((one) => existsSync(one));
  return packaged === undefined ? ok(file) : refuse(`a package has a service of this name (${packaged}): use that, or give another --name`);
}

function systemctl(host: Host, { isUser }: Service, ...words: readonly string[]): Result<true, string> {
  const status = host.run(["systemctl", ...(isUser ? ["--user"] : []), ...words]);
  return status === 0 ? ok(true) : refuse(`systemctl ${words.join(" ")} ended with ${status}`);
}

function install({ say }: Call, host: Host, service: Service, file: string): Result<true, string> {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, serviceText("systemd", service));
  for (const words of [["daemon-reload"], ["enable", service.name]]) {
    const done = systemctl(host, service, ...words);
    if (!done.ok) return done;
  }
  say(`${file}\nstart it now with: systemctl ${service.isUser ? "--user " : ""}start ${service.name}\n`);
  if (service.isUser) say("it ends when you log out, unless: loginctl enable-linger\n");
  return ok(true);
}

/** A supervisord that runs keeps its unit: without it nobody would know any more how to stop it. */
function uninstall({ say }: Call, host: Host, service: Service, file: string): Result<true, string> {
  if (!existsSync(file)) return refuse(`there is no ${file}`);
  const isActive = systemctl(host, service, "is-active", "--quiet", service.name).ok;
  if (isActive)
    return refuse(
      `${service.name} runs: stop it first, and its programs with it: systemctl ${service.isUser ? "--user " : ""}stop ${service.name}`,
    );
  const disabled = systemctl(host, service, "disable", service.name);
  if (!disabled.ok) return disabled;
  rmSync(file);
  say(`${file} is gone\n`);
  return systemctl(host, service, "daemon-reload");
}
