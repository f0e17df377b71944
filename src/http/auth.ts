/**
 * Who may come in: HTTP Basic with the one name and password of the server's section, or everybody. (HTTP-095..108)
 * No lock-out: it would let a stranger lock the owner out.
 */
import type { ServerConfig } from "../config/model.ts";
import { decodeBase64 } from "../rpc/base64.ts";
import { Turnstile } from "../rpc/turnstile.ts";
import { SCRYPT_AT_ONCE, SCRYPT_WAITING_MAX } from "./limits.ts";
import { matchesFast, matchesScrypt, parseScrypt, type ScryptPassword, sameText, sha256 } from "./passwords.ts";

/** `busy`: too many are being checked. */
export type Verdict = "granted" | "denied" | "malformed" | "busy";

type Credentials = { readonly username: string; readonly password: string };
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Gate {
  readonly #username: string | null;
  readonly #password: string;
  readonly #scrypt: ScryptPassword | "unusable" | null;
  /** What scrypt has let in before: a client that asks often is not made to pay each time. */
  #known: Buffer | null = null;
  readonly #turnstile = new Turnstile(SCRYPT_AT_ONCE);

  constructor({ username, password }: Pick<ServerConfig, "username" | "password">) {
    this.#username = username === null || username === "" ? null : username;
    this.#password = password ?? "";
    const scrypt = parseScrypt(this.#password);
    this.#scrypt = scrypt === null ? null : scrypt.ok ? scrypt.value : "unusable";
  }

  /** An empty user name is none, also with a password. (HTTP-097) */
  get isOpen(): boolean {
    return this.#username === null;
  }

  check(header: string | undefined): Verdict | Promise<Verdict> {
    if (this.#username === null) return "granted";
    const credentials = parseBasic(header);
    if (credentials === "none") return "denied";
    if (credentials === "malformed") return "malformed";
    const named = sameText(credentials.username, this.#username);
    if (this.#scrypt === null) return matchesFast(this.#password, credentials.password) && named ? "granted" : "denied";
    if (this.#scrypt === "unusable") return "denied";
    return this.#checkScrypt(this.#scrypt, credentials, named);
  }

  #checkScrypt(password: ScryptPassword, given: Credentials, named: boolean): Verdict | Promise<Verdict> {
    const digest = sha256(`${given.username}\0${given.password}`);
    if (this.#known?.equals(digest)) return "granted";
    if (this.#turnstile.waiting >= SCRYPT_WAITING_MAX) return "busy";
    return this.#turnstile.run(async () => {
      if (!(await matchesScrypt(password, given.password)) || !named) return "denied";
      this.#known = digest;
      return "granted";
    });
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
