/**
 * Who may come in: HTTP Basic with the one name and password of the server's section, or everybody. (HTTP-095..108)
 * No lock-out: it would let a stranger lock the owner out.
 */
import type { ServerConfig } from "../config/model.ts";
import { decodeBase64 } from "../rpc/base64.ts";
import { keyedDigest, matchesFast, matchesScrypt, parseScrypt, type ScryptPassword, sameBytes, sameText } from "./passwords.ts";
import { type Client, ScryptLine } from "./scryptline.ts";

/** `busy`: too many wait to be checked. */
export type Verdict = "granted" | "denied" | "malformed" | "busy";

type Credentials = { readonly username: string; readonly password: string };
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Gate {
  readonly #username: string | null;
  readonly #password: string;
  readonly #scrypt: ScryptPassword | "unusable" | null;
  /** What scrypt has let in before, as a digest that is worth nothing elsewhere: who is known never stands in line. */
  #known: Buffer | null = null;
  readonly #digest = keyedDigest();
  readonly #line: ScryptLine;
  /** The last check of each connection: it stands in line once, however much it asks at a time. */
  readonly #checking = new WeakMap<object, Promise<Verdict>>();

  constructor({ username, password }: Pick<ServerConfig, "username" | "password">, line = new ScryptLine()) {
    this.#line = line;
    this.#username = username === null || username === "" ? null : username;
    this.#password = password ?? "";
    const scrypt = parseScrypt(this.#password);
    this.#scrypt = scrypt === null ? null : scrypt.ok ? scrypt.value : "unusable";
  }

  /** An empty user name is none, also with a password. (HTTP-097) */
  get isOpen(): boolean {
    return this.#username === null;
  }

  check(header: string | undefined, client: Client = { connection: {}, peer: "", isGone: () => false }): Verdict | Promise<Verdict> {
    if (this.#username === null) return "granted";
    const credentials = parseBasic(header);
    if (credentials === "none") return "denied";
    if (credentials === "malformed") return "malformed";
    const named = sameText(credentials.username, this.#username);
    if (this.#scrypt === null) return matchesFast(this.#password, credentials.password) && named ? "granted" : "denied";
    if (this.#scrypt === "unusable") return "denied";
    const digest = this.#digest(`${credentials.username}\0${credentials.password}`);
    if (this.#isKnown(digest)) return "granted";
    const verify = this.#verifier(this.#scrypt, credentials, named, digest);
    const before = this.#checking.get(client.connection);
    const checked = before === undefined ? this.#inLine(client, verify) : before.then(() => this.#inLine(client, verify));
    this.#checking.set(client.connection, checked);
    return checked;
  }

  async #inLine(client: Client, verify: () => Promise<Verdict>): Promise<Verdict> {
    return client.isGone() ? "busy" : ((await this.#line.run(client, verify)) ?? "busy");
  }

  #verifier(password: ScryptPassword, given: Credentials, named: boolean, digest: Buffer): () => Promise<Verdict> {
    return async () => {
      if (this.#isKnown(digest)) return "granted";
      if (!(await matchesScrypt(password, given.password)) || !named) return "denied";
      this.#known = digest;
      return "granted";
    };
  }

  #isKnown(digest: Buffer): boolean {
    return this.#known !== null && sameBytes(this.#known, digest);
  }
}

/** The scheme in any case; the password is all behind the first colon. (HTTP-099..104) */
function parseBasic(header: string | undefined): Credentials | "none" | "malformed" {
  const match = /^basic[ \t]+(\S.*)$/i.exec(header ?? "");
  if (match?.[1] === undefined) return "none";
  const bytes = decodeBase64(match[1]);
  const text = bytes === null ? null : decoded(bytes);
  if (text === null) return "malformed";
  const colon = text.indexOf(":");
  // The original stumbles over a text without a colon (HTTP-103); it is the name and password of nobody.
  return colon < 0 ? "none" : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}
