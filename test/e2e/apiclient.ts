/** The JSON API of a supervisord under test: requests, and streams whose messages are waited for. */
import { type IncomingMessage, request } from "node:http";
import { until } from "./instance.ts";

export type Where = { readonly socketPath: string } | { readonly port: number };
export type Got = { readonly status: number; readonly headers: IncomingMessage["headers"]; readonly text: string };
export type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

/** One request, on a connection of its own. A `body` makes it a POST. */
export async function ask(where: Where, path: string, { method, headers = {}, body }: Asked = {}): Promise<Got> {
  const response = await open(where, path, { method: method ?? (body === undefined ? "GET" : "POST"), headers, body });
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece as string;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

export async function askJson<T>(where: Where, path: string, asked: Asked = {}): Promise<T> {
  return JSON.parse((await ask(where, path, asked)).text) as T;
}

export function open(where: Where, path: string, { method = "GET", headers = {}, body }: Asked): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = text === undefined ? {} : { "Content-Length": Buffer.byteLength(text) };
    request({ ...where, path, method, agent: false, headers: { ...headers, ...length } }, resolve)
      .on("error", reject)
      .end(text);
  });
}

export type Message = { readonly kind: string; readonly [field: string]: unknown };

/** Server-sent events as they come. */
export class Listening {
  readonly messages: Message[] = [];
  isOver = false;
  readonly #response: IncomingMessage;
  #rest = "";

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    response.on("error", () => undefined).on("close", () => (this.isOver = true));
  }

  static async to(where: Where, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Listening> {
    return new Listening(await open(where, path, { headers }));
  }

  /** The first message that fits, among those that came and those to come. */
  async first<M extends Message>(what: string, fits: (message: M) => boolean): Promise<M> {
    return (await until(what, () => this.messages.find((message) => fits(message as M)))) as M;
  }

  end(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      const kind = fields.get("event");
      if (kind !== undefined) this.messages.push({ kind, ...(JSON.parse(fields.get("data") ?? "{}") as object) });
    }
  }
}
