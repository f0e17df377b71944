/**
 * Where supervisord is and how to talk to it: the [supervisorctl] section under the flags of the command line. Finding no file is fine here, and
 * [include] is not followed (CTL-025), both unlike supervisord. Reads its one file at once and synchronously: nothing else could be done meanwhile.
 */
import { existsSync, readFileSync } from "node:fs";
import { pathOf } from "../bytes.ts";
import { COLOR, type ColorChoice, parseChoice } from "../config/choices.ts";
import type { GivenFlag } from "../config/commandline.ts";
import { decodeUtf8 } from "../config/decode.ts";
import { environmentNames } from "../config/expansionnames.ts";
import { Findings, settled } from "../config/findings.ts";
import { readIni } from "../config/ini.ts";
import { defaultPlaces } from "../config/load.ts";
import { type Ini, mergeIni } from "../config/merge.ts";
import type { ConfigError, PluginConfig } from "../config/model.ts";
import { CTL_PLUGIN, SUPERVISORCTL } from "../config/optiontable.ts";
import { parseList } from "../config/optiontypes.ts";
import { absolute, expandUser, folderOf, type Homes, joined } from "../config/pathnames.ts";
import { withoutOthers } from "../config/programdefault.ts";
import { SectionReader, type Surroundings } from "../config/reader.ts";
import type { Accounts } from "../doors.ts";
import { ok, type Result, refuse } from "../result.ts";
import { ANSWER_MS } from "./client/rpc.ts";

export type Settings = {
  /** As given or found; null without one. */
  readonly configFile: string | null;
  readonly serverUrl: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly prompt: string;
  readonly historyFile: string | null;
  /** null: nothing was said. */
  readonly color: ColorChoice | null;
  /** How long supervisord may be silent. */
  readonly answerMs: number;
  readonly plugins: readonly CtlPluginConfig[];
};

/** `place`: where its factory is named. */
export type CtlPluginConfig = PluginConfig & { readonly place?: Pick<ConfigError, "file" | "line" | "excerpt"> };

/** What this program was born with. */
export type Birth = {
  readonly argv0: string;
  readonly cwd: string;
  readonly uid: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly accounts: Accounts;
};

type Flags = ReadonlyMap<string, GivenFlag>;

const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
const PLUGIN_PREFIX = "ctlplugin:";
const FACTORY = "supervisor.ctl_factory";

/** (CTL-020..CTL-030) */
export function readSettings(birth: Birth, flags: Flags): Result<Settings, readonly ConfigError[]> {
  const file = configFile(birth, flags);
  const section = file === null ? ok(WITHOUT_FILE) : readFile(birth, file);
  if (!section.ok) return section;
  const given = (name: string): string | null => flags.get(name)?.text ?? null;
  const history = given("history");
  const timeout = given("timeout");
  const color = given("color");
  return ok({
    ...section.value,
    configFile: file,
    serverUrl: given("serverurl") ?? section.value.serverUrl,
    username: given("username") ?? section.value.username,
    password: given("password") ?? section.value.password,
    historyFile: history === null || history === "" ? section.value.historyFile : normalised(birth, history),
    color: color === null ? section.value.color : settledColor(color),
    answerMs: timeout === null ? ANSWER_MS : Number(timeout) * 1000,
  });
}

/** A flag's value is checked before anything is read. */
function settledColor(text: string): ColorChoice | null {
  const read = parseChoice(text, COLOR);
  return read.ok ? read.value : null;
}

/** The empty file name means: read none. (CLI-052) */
function configFile(birth: Birth, flags: Flags): string | null {
  const given = flags.get("configuration")?.text;
  if (given !== undefined && given !== null) return given === "" ? null : given;
  return defaultPlaces(birth.argv0).find((place) => existsSync(pathOf(joined(birth.cwd, place)))) ?? null;
}

type Section = Pick<Settings, "serverUrl" | "username" | "password" | "prompt" | "historyFile" | "color" | "plugins">;

const WITHOUT_FILE: Section = {
  serverUrl: SUPERVISORCTL.serverurl.default,
  username: null,
  password: null,
  prompt: SUPERVISORCTL.prompt.default,
  historyFile: null,
  color: null,
  plugins: [],
};

function readFile(birth: Birth, file: string): Result<Section, readonly ConfigError[]> {
  const path = joined(birth.cwd, file);
  if (!existsSync(pathOf(path))) return refuse([mistake(file, `could not find config file ${file}`, `there is no ${path}`)]);
  const text = readText(path);
  if (text === null) return refuse([mistake(file, `could not read config file ${file}`, "it must be a file that you may read")]);
  const decoded = decodeUtf8(text);
  if (!decoded.ok) return refuse([{ ...mistake(file, decoded.error.message, "save the file as UTF-8"), line: decoded.error.line }]);
  const read = readIni(file, decoded.value);
  if (read.errors.length > 0) return refuse(read.errors);
  const folder = absolute(folderOf(file), birth.cwd);
  const ini = mergeIni([{ ini: read, folder }]);
  if (!ini.sections.has("supervisorctl")) {
    const hint = "add the section with a line serverurl=..., or name another file with -c";
    return refuse([mistake(file, ".ini file does not include supervisorctl section", hint)]);
  }
  const lineText = (_: string, line: number): string | null => read.lines[line - 1] ?? null;
  const extra = ini.sections.get("supervisord")?.options.get("extra_options")?.text ?? "";
  return readSections(birth, withoutOthers(ini, parseList(extra)), folder, lineText);
}

function readSections(birth: Birth, ini: Ini, here: string, lineText: Surroundings["lineText"]): Result<Section, readonly ConfigError[]> {
  const findings = new Findings();
  const around: Surroundings = { accounts: birth.accounts, homes: homes(birth), findings, listening: {}, lineText };
  const env = [environmentNames(birth.environment)];
  const hereToo = [...env, new Map([["here", here]])];
  const main = ini.sections.get("supervisorctl");
  const reader = main === undefined ? null : new SectionReader(ini, main, around);
  const history = reader?.read("history_file", SUPERVISORCTL.history_file, hereToo) ?? "";
  const section: Section = {
    serverUrl: serverUrl(birth, reader?.read("serverurl", SUPERVISORCTL.serverurl, hereToo) ?? ""),
    username: reader?.read("username", SUPERVISORCTL.username, env) ?? null,
    password: reader?.read("password", SUPERVISORCTL.password, env) ?? null,
    prompt: reader?.read("prompt", SUPERVISORCTL.prompt, env) ?? "",
    historyFile: history === "" ? null : normalised(birth, history),
    color: reader?.read("color", SUPERVISORCTL.color, env) ?? null,
    plugins: readPlugins(ini, env, around),
  };
  const errors = settled(findings.errors, () => null, false);
  return errors.length > 0 ? refuse(errors) : ok(section);
}

/** A path in the file is made absolute, so that it means the same wherever one stands. (CTL-027) */
function serverUrl(birth: Birth, url: string): string {
  return url.startsWith("unix://") ? `unix://${normalised(birth, url.slice("unix://".length))}` : url;
}

/** (CTL-175, CTL-181) */
function readPlugins(ini: Ini, env: readonly ReadonlyMap<string, string>[], around: Surroundings): readonly CtlPluginConfig[] {
  const sections = [...ini.sections.values()].filter(({ name }) => name.startsWith(PLUGIN_PREFIX));
  return sections.map((section) => {
    const reader = new SectionReader(ini, section, around);
    const factory = reader.read(FACTORY, CTL_PLUGIN[FACTORY], env);
    if (factory === null && reader.written(FACTORY) === null) {
      reader.failMissing(FACTORY, `section [${section.name}] does not specify a ${FACTORY}`, `add a line ${FACTORY}=file.js:name`);
    }
    const others = reader.names().filter((name) => name !== FACTORY);
    const options = others.map((name) => [name, reader.text(name, CTL_PLUGIN[FACTORY], env) ?? ""]);
    const { file, line } = reader.written(FACTORY) ?? section;
    return {
      name: section.name.slice(PLUGIN_PREFIX.length),
      factory: factory ?? "",
      options: Object.fromEntries(options),
      place: { file, line, excerpt: around.lineText(file, line) },
    };
  });
}

function normalised(birth: Birth, path: string): string {
  return absolute(expandUser(path, homes(birth), birth.accounts), birth.cwd);
}

function homes(birth: Birth): Homes {
  return { uid: birth.uid, home: birth.environment["HOME"] };
}

/** null: a folder, or not ours to read. */
function readText(path: string): Buffer | null {
  try {
    const bytes = readFileSync(pathOf(path));
    return bytes.length > CONFIG_BYTES_MAX ? null : bytes;
  } catch {
    return null;
  }
}

function mistake(file: string, message: string, hint: string): ConfigError {
  return { message, file, line: null, excerpt: null, hint };
}
