/** Requests to the daemon. Addresses are relative, so the page works below any path that a proxy gives it. */
import type { Answer, ApiError, ConfigMistake } from "../../src/api/types.ts";
import { reasonIn } from "../model/deeds.ts";

const ROOT = "api/v1/";

/** What was refused, in the daemon's words. */
export class Refused extends Error {
  readonly code: number;

  constructor({ code, message, errors = [] }: ApiError) {
    super(errors.length === 0 ? reasonIn(message) : errors.map(mistake).join("\n"));
    this.code = code;
  }
}

/** Calls a method of the XML-RPC table with its parameters by name; throws Refused. */
export async function call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  return ((await ask(`call/${method}`, params)) as Exclude<Answer, { error: ApiError }>).result;
}

export function get<T>(path: string): Promise<T> {
  return ask(path) as Promise<T>;
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return ask(path, body) as Promise<T>;
}

export function url(path: string): string {
  return ROOT + path;
}

/** The path of a process's own resources. */
export function processPath(row: { readonly group: string; readonly name: string }, rest: string): string {
  return `processes/${encodeURIComponent(row.group)}/${encodeURIComponent(row.name)}/${rest}`;
}

/** As `supervisord --check` shows it. */
function mistake({ message, file, line, excerpt, hint }: ConfigMistake): string {
  const place = line === null ? "" : `\n  ${file}:${line}: ${excerpt ?? ""}`;
  return `${message}${place}${hint === null ? "" : `\n  ${hint}`}`;
}

async function ask(path: string, body?: unknown): Promise<unknown> {
  const post = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(url(path), { ...post, cache: "no-store" });
  const text = await response.text();
  const answer: unknown = text === "" ? null : parsed(text);
  const error = (answer as { error?: ApiError } | null)?.error;
  if (!response.ok || error !== undefined)
    throw new Refused(error ?? { code: response.status, name: "", message: `${response.status} ${response.statusText}` });
  return answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
