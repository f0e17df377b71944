/**
 * What a failure means and what to do about it, in a sentence for people: which of the things that can be wrong with a socket it is, who may use it,
 * where the password goes, and which file and URL were used. Loaded only when something has failed; looks at files, changes nothing, never throws.
 */
import { readFileSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { pathOf } from "../bytes.ts";
import { readIni } from "../config/ini.ts";
import { FAULTS } from "../rpc/faults.ts";
import { parseServerUrl } from "./client/address.ts";
import type { Failure } from "./client/failure.ts";
import { ACCOUNTS } from "./home.ts";

/** What was tried. */
export type Tried = {
  readonly serverUrl: string;
  readonly hasCredentials: boolean;
  readonly settings: { readonly configFile: string | null };
};

/** Without a full stop; empty when there is nothing to say. */
export function advise(failure: Failure, tried: Tried): string {
  switch (failure.kind) {
    case "fault":
      return FAULT_ADVICE[failure.code] ?? "";
    case "http":
      if (failure.status === 401) return adviceOnCredentials(tried);
      if (failure.status >= 500) return "supervisord could not carry this out; its log may say why";
      return `is this a supervisord? ${source(tried)}`;
    case "connect":
      return adviceOnConnection(failure.code, tried);
    case "broken":
      return "the connection broke before the answer was complete, so it is not known whether this was carried out";
    case "deadline":
      return `supervisord did not answer within ${failure.seconds} seconds: it is stopped or overloaded; --timeout waits longer ${source(tried)}`;
    case "not-http":
    case "not-xmlrpc":
      return `what answers there is no supervisord, or it has a fault ${source(tried)}`;
    case "url":
      return `write unix://path or http://host:port ${source(tried)}`;
    case "unexpected":
      return "";
  }
}

const FAULT_ADVICE: Readonly<Record<number, string>> = {
  [FAULTS.UNKNOWN_METHOD]:
    "this supervisord does not know the method; the section [rpcinterface:supervisor] may be missing in its configuration",
  [FAULTS.SHUTDOWN_STATE]: "supervisord is shutting down or restarting",
  [FAULTS.CANT_REREAD]: "the configuration has a mistake; nothing was changed",
};

function adviceOnCredentials({ hasCredentials, settings }: Tried): string {
  const place = settings.configFile === null ? "[supervisorctl] of the configuration file" : `[supervisorctl] of ${settings.configFile}`;
  const wrong = hasCredentials ? "the user name or the password is wrong" : "user name and password are needed";
  return `${wrong}: give them with -u and -p, or as username and password in ${place}`;
}

function adviceOnConnection(code: string, tried: Tried): string {
  const address = parseServerUrl(tried.serverUrl);
  if (!address.ok) return source(tried);
  if (address.value.kind === "unix") return `${adviceOnSocket(code, address.value.path, tried)} ${source(tried)}`;
  const { host, port } = address.value;
  switch (code) {
    case "ECONNREFUSED":
      return `nothing listens at port ${port} of ${host}: supervisord is not running, or has no [inet_http_server] there ${source(tried)}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host ${host} is not known ${source(tried)}`;
    default:
      return `${host} cannot be reached ${source(tried)}`;
  }
}

function adviceOnSocket(code: string, socket: string, tried: Tried): string {
  switch (code) {
    case "ENOENT":
      return adviceOnMissingSocket(socket, tried.settings.configFile);
    case "ECONNREFUSED": {
      const found = stat(socket);
      if (found !== null && !found.isSocket()) return `${socket} is no socket`;
      return `the socket is stale: nobody listens at it any more, so supervisord has died; start it again${withConfig(tried)}`;
    }
    case "EACCES":
    case "EPERM":
      return adviceOnPermission(socket);
    case "ENAMETOOLONG":
      return "the path of a socket may have 107 bytes";
    default:
      return `the socket ${socket} cannot be used`;
  }
}

/** There are several reasons why a socket is not there, and one remedy does not fit all. */
function adviceOnMissingSocket(socket: string, configFile: string | null): string {
  const folder = path.dirname(socket);
  if (stat(folder) === null) return `there is no folder ${folder}`;
  const configured = configFile === null ? null : configuredServer(configFile);
  const elsewhere = configured?.socket ?? null;
  if (elsewhere !== null && path.resolve(elsewhere) !== path.resolve(socket)) {
    return `the section [unix_http_server] of ${configFile} names another socket, ${elsewhere}`;
  }
  const pid = configured?.pidfile == null ? null : livingPid(configured.pidfile);
  if (pid !== null)
    return `supervisord is running (pid ${pid}), but its socket is gone: something has removed the file, as cleaners of /tmp do`;
  return `supervisord is not running; start it with: supervisord${configFile === null ? "" : ` -c ${configFile}`}`;
}

function adviceOnPermission(socket: string): string {
  const found = stat(socket);
  const me = process.getuid?.() ?? 0;
  const user = ACCOUNTS.byUid(me)?.name ?? `uid ${me}`;
  if (found === null) return `you are ${user} and may not enter the folder of ${socket}: use sudo`;
  const owner = ACCOUNTS.byUid(found.uid)?.name ?? `uid ${found.uid}`;
  const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
  return `you are ${user}, and ${socket} belongs to ${owner} with mode ${mode}: use sudo, or set chmod and chown in [unix_http_server]`;
}

/** Which server was tried, and who said so: often the surprise is here. */
function source({ serverUrl, settings }: Tried): string {
  return settings.configFile === null ? `(${serverUrl}, no configuration file)` : `(${serverUrl}, configuration ${settings.configFile})`;
}

function withConfig({ settings }: Tried): string {
  return settings.configFile === null ? "" : ` with: supervisord -c ${settings.configFile}`;
}

/** What the same file says about the server; paths with expansions are left alone. */
function configuredServer(configFile: string): { readonly socket: string | null; readonly pidfile: string | null } {
  try {
    const { sections } = readIni(configFile, readFileSync(pathOf(configFile), "utf8"));
    const plain = (section: string, option: string): string | null => {
      const text = sections.get(section)?.options.get(option)?.text ?? null;
      return text === null || /[%~]/.test(text) ? null : text;
    };
    return { socket: plain("unix_http_server", "file"), pidfile: plain("supervisord", "pidfile") };
  } catch {
    return { socket: null, pidfile: null };
  }
}

function livingPid(pidfile: string): number | null {
  try {
    const pid = Number(readFileSync(pathOf(pidfile), "utf8").trim());
    if (!Number.isInteger(pid) || pid <= 0) return null;
    return stat(`/proc/${pid}`) === null ? null : pid;
  } catch {
    return null;
  }
}

function stat(file: string): Stats | null {
  try {
    return statSync(pathOf(file));
  } catch {
    return null;
  }
}
