/** [inet_http_server] and [unix_http_server] sections (config.md, section 7): inet servers first, then unix ones, each in file order. (CONF-166) */

import type { BaseNames } from "./expansionnames.ts";
import type { Ini } from "./merge.ts";
import type { ServerConfig } from "./model.ts";
import { type Fields, fill, ordered } from "./optionfields.ts";
import { INET_SERVER, SERVER_OFFERS, UNIX_SERVER } from "./optiontable.ts";
import { absolute, expandUser } from "./pathnames.ts";
import { SectionReader, type Surroundings } from "./reader.ts";
import { trimmed } from "./whitespace.ts";

export function readServers(ini: Ini, base: BaseNames, around: Surroundings, cwd: string): ServerConfig[] {
  const readers = [...ini.sections.values()].map((section) => new SectionReader(ini, section, around));
  const inet = readers.filter(({ section }) => section.name.startsWith("inet_http_server")).map((reader) => readInetServer(reader, base));
  const unix = readers
    .filter(({ section }) => section.name.startsWith("unix_http_server"))
    .map((reader) => readUnixServer(reader, base, around, cwd));
  return [...inet, ...unix].filter((server) => server !== null);
}

/** Credentials are checked before the port. (CONF-173) */
function readInetServer(reader: SectionReader, base: BaseNames): ServerConfig | null {
  const section = reader.section.name;
  const login = readLogin(reader, base);
  const address = reader.read("port", INET_SERVER.port, base.env);
  const offers = readOffers(reader, base);
  if (address !== null) return { section, kind: "inet", ...login, ...offers, ...address };
  if (reader.written("port") === null)
    reader.failMissing("port", `section [${section}] has no port value`, "add a line port=127.0.0.1:9001");
  return null;
}

function readUnixServer(reader: SectionReader, base: BaseNames, around: Surroundings, cwd: string): ServerConfig | null {
  const section = reader.section.name;
  const file = reader.read("file", UNIX_SERVER.file, base.hereToo);
  if (file === null && reader.written("file") === null) {
    reader.failMissing("file", `section [${section}] has no file value`, "add a line file=/run/supervisor.sock");
  }
  const login = readLogin(reader, base);
  const owner = reader.read("chown", UNIX_SERVER.chown, base.env, (text) => `Invalid sockchown value ${text}`);
  const mode = reader.read("chmod", UNIX_SERVER.chmod, base.env, (text) => `Invalid chmod value ${text}`);
  const offers = readOffers(reader, base);
  if (file === null) return null;
  const path = absolute(expandUser(trimmed(file), around.homes, around.accounts), cwd);
  return {
    section,
    kind: "unix",
    ...login,
    ...offers,
    file: path,
    mode,
    uid: owner?.uid ?? null,
    gid: owner?.gid ?? null,
  };
}

/** Both or none; the empty user name means none. (CONF-168, CONF-169) */
function readLogin(reader: SectionReader, base: BaseNames): { readonly username: string | null; readonly password: string | null } {
  const username = reader.read("username", UNIX_SERVER.username, base.env);
  const password = reader.read("password", UNIX_SERVER.password, base.env);
  if ((username === null) !== (password === null)) {
    const missing = username === null ? "username" : "password";
    const message = `Section [${reader.section.name}] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified`;
    if (reader.written(missing) === null) reader.failMissing(missing, message, `add a line ${missing}=…`);
  }
  return { username, password };
}

const OFFERS = ordered(SERVER_OFFERS, [], () => true);

/** Ours; where one is wrong the error is told and the rest goes on. */
function readOffers(reader: SectionReader, base: BaseNames): Fields<typeof SERVER_OFFERS> {
  const offers: Record<string, unknown> = {};
  fill(offers, OFFERS, reader.readAll(OFFERS, base.env));
  return offers as Fields<typeof SERVER_OFFERS>;
}
