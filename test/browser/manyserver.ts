/** A server that has a thousand processes, or none, without running any: the page's own files, one snapshot, and rows that change when a test says so. */

import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { UNUSED } from "../../src/api/life.ts";
import type { Life, ProcessRow, Snapshot, StreamMessage } from "../../src/api/types.ts";
import { ROOT } from "../e2e/instance.ts";

const LIFE: Life = { wanted: "up", wantedBy: "autostart", next: { what: "runs", at: null, text: "runs" }, ...UNUSED };
const WEB = path.join(ROOT, "dist", "web");
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'";

export type ManyServer = {
  readonly url: string;
  send(message: StreamMessage): void;
  streams(): number;
  refuse(yes: boolean): void;
  close(): Promise<void>;
};

export async function serveMany(snapshot: Snapshot): Promise<ManyServer> {
  const manifest = JSON.parse(readFileSync(path.join(WEB, "manifest.json"), "utf8")) as Record<string, { file: string; type: string }>;
  const streams = new Set<ServerResponse>();
  let refused = false;
  const server = createServer((request, response) => {
    const where = (request.url ?? "/").split("?")[0] ?? "/";
    const entry = manifest[where];
    if (entry !== undefined) {
      response
        .writeHead(200, { "Content-Type": entry.type, "Content-Security-Policy": POLICY })
        .end(readFileSync(path.join(WEB, entry.file)));
    } else if (refused) {
      response.writeHead(401).end();
    } else if (where === "/api/v1/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(sse({ kind: "snapshot", snapshot }));
      streams.add(response);
      response.on("close", () => streams.delete(response));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send: (message) => {
      for (const stream of streams) stream.write(sse(message));
    },
    streams: () => streams.size,
    /** As after a change of the password: who listens is sent away. */
    refuse: (yes) => {
      refused = yes;
      for (const stream of streams) stream.end();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sse(message: StreamMessage): string {
  return `event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
}

const NOW = Date.now();

/** Groups of 25; every 97th process is in trouble. */
export function manyProcesses(count: number): Snapshot {
  const rows = Array.from({ length: count }, (_, at) => processRow(`shard${String(Math.floor(at / 25)).padStart(2, "0")}`, at));
  const names = [...new Set(rows.map(({ group }) => group))];
  return {
    now: NOW,
    daemon: {
      identifier: "supervisor",
      version: "0.1.0",
      supervisorVersion: "4.3.0",
      pid: 1,
      startedAt: NOW - 86_400_000,
      state: "RUNNING",
      configFile: "/etc/supervisor/supervisord.conf",
      hostName: "db-fleet-03",
      log: true,
    },
    groups: names.map((name) => ({ name, priority: 999, processes: rows.filter(({ group }) => group === name) })),
  };
}

export function processRow(group: string, at: number): ProcessRow {
  const bad = at % 97 === 13;
  const name = `worker_${String(at).padStart(4, "0")}`;
  return {
    group,
    name,
    namespec: `${group}:${name}`,
    state: bad ? "FATAL" : at % 41 === 7 ? "STOPPED" : "RUNNING",
    description: "",
    pid: bad || at % 41 === 7 ? 0 : 4000 + at,
    startedAt: NOW - 60_000 * (at + 1),
    stoppedAt: null,
    restarts: at % 53 === 0 ? 2 : 0,
    spawnError: null,
    lastExit: bad ? { at: NOW - 9000, exitCode: 1, signal: null, expected: false, coreDumped: false } : null,
    lastWords: bad ? ["psycopg2.OperationalError: could not connect to server: Connection refused"] : [],
    retryAt: null,
    priority: 999,
    autostart: true,
    stdoutLog: true,
    stderrLog: true,
    lostBytes: 0,
    life: LIFE,
  };
}
