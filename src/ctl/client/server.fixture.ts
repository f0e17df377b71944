/** A server on a unix socket that does what a test says: it sees the raw requests and answers with raw bytes, or breaks off, or says nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RpcResult } from "../../rpc/values.ts";
import { writeAnswer } from "../../rpc/xmlwrite.ts";
import type { Address } from "./address.ts";

export type Request = { readonly head: string; readonly body: string; readonly socket: Socket };
/** Resolves with what is sent; null says nothing, "break" ends the connection. */
export type Answering = (request: Request, count: number) => string | Buffer | null | "break" | Promise<string | Buffer | null | "break">;

export type TestServer = {
  readonly address: Address;
  readonly url: string;
  readonly requests: Request[];
  /** Connections made so far. */
  readonly connections: () => number;
  close(): Promise<void>;
};

export async function serve(answering: Answering): Promise<TestServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "holdfast-ctl-"));
  const file = path.join(folder, "s.sock");
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    let held = "";
    socket.on("data", (data) => {
      held += data.toString("latin1");
      for (let request = takeRequest(held); request !== null; request = takeRequest(held)) {
        held = request.rest;
        void answer({ head: request.head, body: request.body, socket });
      }
    });
  });
  const answer = async (request: Request) => {
    requests.push(request);
    const bytes = await answering(request, requests.length);
    if (bytes === "break") request.socket.destroy();
    else if (bytes !== null) request.socket.write(bytes);
  };
  await new Promise<void>((resolve) => server.listen(file, resolve));
  return {
    address: { kind: "unix", path: file },
    url: `unix://${file}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
      }),
  };
}

function takeRequest(text: string): { readonly head: string; readonly body: string; readonly rest: string } | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = text.slice(0, end);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const from = end + 4;
  if (text.length < from + length) return null;
  // The original's stream client sends an empty line too many; ours must not, but a server has to live with it.
  return { head, body: text.slice(from, from + length), rest: text.slice(from + length) };
}

/** A whole answer with a value. */
export function answerWith(value: RpcResult): string {
  const xml = writeAnswer(value);
  return httpAnswer(typeof xml === "string" ? xml : Buffer.concat(xml).toString("utf8"));
}

export function httpAnswer(body: string, status = "200 OK", more = ""): string {
  return `HTTP/1.1 ${status}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** The method that a request calls. */
export function methodOf({ body }: Request): string {
  return /<methodName>(.*)<\/methodName>/.exec(body)?.[1] ?? "";
}
