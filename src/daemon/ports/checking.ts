/**
 * What will surely not work although the configuration is good: commands that are not there or that their user may not run, folders that are not there.
 * Told to who asks (`supervisord --check`, a reread at a terminal) and never an error: it may all be there before the program is started.
 */
import type { IniSection } from "../../config/ini.ts";
import type { Config, ProcessConfig } from "../../config/model.ts";
import { absolute, folderOf, joined } from "../../config/pathnames.ts";
import { warningsOf } from "../../config/report.ts";
import { splitCommand } from "../../config/shellwords.ts";
import type { Account, Doors, FileInfo } from "../../doors.ts";
import type { Result } from "../../result.ts";
import type { ConfigReport } from "../../rpc/control.ts";
import type { Runtime } from "../runtime.ts";
import { candidates } from "../spawn/command.ts";
import { adviceOf } from "./advice.ts";

type CheckDoors = Pick<Doors, "files" | "accounts" | "birth">;
export type Sections = ReadonlyMap<ProcessConfig, IniSection>;

/** Different commands that are looked at; a configuration may have as many as it likes. */
const LOOKS_MAX = 2000;
/** Longer ones bury the rest of the sentence. */
const FOLDERS_TOLD = 6;

/** The configuration file as `--check` sees it, read by the running daemon; nothing is kept. */
export async function checkConfig(runtime: Runtime): Promise<ConfigReport> {
  const sections = new Map<ProcessConfig, IniSection>();
  const loaded = await runtime.load({ onProcess: (process, section) => sections.set(process, section) });
  if (!loaded.ok) return { errors: loaded.error, warnings: [] };
  const doubts = await doubtsOf(runtime.doors, loaded.value, sections);
  const remarks = [...loaded.value.remarks, ...doubts.map((text) => ({ level: "check", text }) as const)];
  return { errors: [], warnings: warningsOf({ remarks }, ["warn", "check"]) };
}

/** One sentence for each; `sections` has the section that each process comes of. */
export async function doubtsOf(doors: CheckDoors, config: Config, sections: Sections): Promise<readonly string[]> {
  const looker = new Looker(doors, config.daemon.nodaemon ? doors.birth.cwd : (config.daemon.directory ?? doors.birth.cwd));
  const texts = new Set<string>();
  const seen = new Set<string>();
  const mayAdvise = config.groups.some(({ processes }) => processes.some(usesEnvironmentOptions));
  const knowsKilltree = config.groups.some(({ processes }) => processes.some(({ killTree }) => killTree));
  for (const process of config.groups.flatMap((group) => group.processes)) {
    const section = sections.get(process);
    const uid = process.uid ?? config.daemon.uid ?? doors.birth.uid;
    const files = (process.envFiles ?? []).map(({ path }) => path);
    const { memoryMax, maxMemoryRestart, killTree, killAsGroup } = process;
    const options = [memoryMax, maxMemoryRestart, killTree, killAsGroup].join();
    const key = [section?.name, options, process.command, process.directory, process.environment["PATH"], uid, ...files].join("\n");
    if (section === undefined || seen.has(key) || seen.size >= LOOKS_MAX) continue;
    seen.add(key);
    const who = whoIs(doors, uid);
    const where = (option: string): string => {
      const { file, line } = section.options.get(option) ?? section;
      return `(${file}:${line})`;
    };
    const ofCommand = await looker.command(process, who);
    if (ofCommand !== null) texts.add(`[${section.name}]: ${ofCommand} ${where("command")}`);
    const ofDirectory = process.directory === null ? null : await looker.directory(process.directory, who);
    if (ofDirectory !== null) texts.add(`[${section.name}]: ${ofDirectory} ${where("directory")}`);
    const folder = folderOf(absolute(config.file, config.startFolder));
    for (const { path, mayBeMissing } of process.envFiles ?? []) {
      const ofFile = mayBeMissing ? null : await looker.envFile(joined(folder, path));
      if (ofFile !== null) texts.add(`[${section.name}]: ${ofFile} ${where("envfile")}`);
    }
    for (const { option, text } of adviceOf(process, knowsKilltree)) texts.add(`[${section.name}]: ${text} ${where(option)}`);
    if (mayAdvise && isHomeless(process, uid, config.daemon.uid ?? doors.birth.uid)) {
      texts.add(
        `[${section.name}]: user=${section.options.get("user")?.text ?? who.name} without HOME: set env_home=true ${where("user")}`,
      );
    }
  }
  return [...texts];
}

/** Files that know nothing of these options get no advice about them: most have users without HOME, and it always worked. (CMN-001) */
function usesEnvironmentOptions({ envFiles, envHome, clearEnv }: ProcessConfig): boolean {
  return envFiles !== null || envHome || clearEnv;
}

/** It would have the HOME of another user. (ENV-007) */
function isHomeless({ uid, envHome, envFiles, environment }: ProcessConfig, runsAs: number, daemon: number): boolean {
  return uid !== null && runsAs !== daemon && !envHome && envFiles === null && environment["HOME"] === undefined;
}

/** Whom a program runs as. `account` is null where nothing is known of the user's groups. */
type Who = { readonly uid: number; readonly name: string; readonly account: Account | null; readonly isSelf: boolean };

function whoIs({ accounts, birth }: CheckDoors, uid: number): Who {
  const account = accounts.byUid(uid);
  return { uid, name: account?.name ?? `uid ${uid}`, account, isSelf: uid === birth.uid };
}

/** Looks at files, at each path once. What this user cannot see (EACCES) may be all right for the daemon, so it is not complained about. */
class Looker {
  readonly #doors: CheckDoors;
  readonly #cwd: string;
  readonly #found = new Map<string, Promise<Result<FileInfo, string>>>();

  constructor(doors: CheckDoors, cwd: string) {
    this.#doors = doors;
    this.#cwd = cwd;
  }

  async command(process: ProcessConfig, who: Who): Promise<string | null> {
    const words = splitCommand(process.command);
    if (!words.ok) return `the command cannot be taken apart: ${words.error}`;
    const [name] = words.value;
    if (name === undefined) return "the command is empty";
    const daemonPath = this.#doors.birth.environment["PATH"];
    const places = candidates(name, process, daemonPath).map((place) => joined(this.#cwd, place.replace(/^(?:\.\/+)+/, "")));
    for (const path of places) {
      const found = await this.#look(path);
      if (!found.ok && isUnseen(found.error)) return null;
      if (found.ok) return this.#examine(path, found.value, who);
    }
    if (name.includes("/")) return `there is no command ${places[0] ?? name}`;
    const folders = [...new Set(places.map(folderOf))];
    const searched = [...folders.slice(0, FOLDERS_TOLD), ...(folders.length > FOLDERS_TOLD ? ["…"] : [])].join(", ");
    return `there is no command ${name} in PATH (${searched}); give its whole path, or set PATH in environment`;
  }

  async #examine(path: string, found: FileInfo, who: Who): Promise<string | null> {
    if (found.kind === "directory") return `the command ${path} is a directory`;
    if ((found.mode & 0o111) === 0) return `the command ${path} is not executable: chmod +x ${path}`;
    if (who.isSelf ? await this.#doors.files.mayExecute(path) : await this.#mayReach(path, found, who)) return null;
    return `the user ${who.name} may not execute the command ${path}`;
  }

  async directory(path: string, who: Who): Promise<string | null> {
    const full = joined(this.#cwd, path);
    const found = await this.#look(full);
    if (!found.ok) return isUnseen(found.error) ? null : `there is no directory ${full}`;
    if (found.value.kind !== "directory") return `the directory ${full} is no directory`;
    if (who.isSelf ? await this.#doors.files.mayExecute(full) : await this.#mayReach(full, found.value, who)) return null;
    return `the user ${who.name} may not enter the directory ${full}`;
  }

  /** It is read with the rights of supervisord. */
  async envFile(path: string): Promise<string | null> {
    const found = await this.#look(path);
    if (!found.ok) return isUnseen(found.error) ? null : `there is no envfile ${path}`;
    return found.value.kind === "file" || found.value.kind === "null" ? null : `the envfile ${path} is no file`;
  }

  /** By mode, owner and group of the file and of every folder above it. */
  async #mayReach(path: string, found: FileInfo, who: Who): Promise<boolean> {
    if (who.uid === 0 || who.account === null) return true;
    if (!mayExecute(found, who.account)) return false;
    for (let folder = folderOf(absolute(path, this.#cwd)); ; folder = folderOf(folder)) {
      const above = await this.#look(folder === "" ? "/" : folder);
      if (above.ok && !mayExecute(above.value, who.account)) return false;
      if (folder === "" || folder === "/") return true;
    }
  }

  #look(path: string): Promise<Result<FileInfo, string>> {
    let found = this.#found.get(path);
    if (found === undefined) {
      found = this.#doors.files.stat(path);
      this.#found.set(path, found);
    }
    return found;
  }
}

function isUnseen(errno: string): boolean {
  return errno !== "ENOENT" && errno !== "ENOTDIR" && errno !== "ELOOP" && errno !== "ENAMETOOLONG";
}

function mayExecute({ mode, uid, gid }: FileInfo, account: Account): boolean {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  return (gid === account.gid || account.groups.includes(gid) ? mode & 0o010 : mode & 0o001) !== 0;
}
