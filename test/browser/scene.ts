/** A real daemon with real processes for the browser: some well, one that fails, one that is tried again, a log that grows, a name that is long. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { Instance } from "../e2e/instance.ts";

export type Scene = { readonly it: Instance; readonly url: string; reconfigure(change: (programs: string) => string): void };

const PROGRAMS = `
[program:api]
command=/bin/sh -c 'n=0; while :; do n=$((n+1)); printf "\\033[32mGET\\033[0m /v1/items/%%s 200\\n" $n; sleep 0.2; done'
process_name=%(program_name)s_%(process_num)d
numprocs=2
[program:mailer]
command=/bin/sh -c 'echo "connecting to smtp.internal:25"; echo "\\033[31merror\\033[0m: connect ECONNREFUSED 10.0.0.7:25" >&2; echo "giving up: no route to the mail server" >&2; exit 3'
startretries=0
[program:importer]
command=/bin/sh -c 'echo "Traceback (most recent call last):" >&2; echo "KeyError: DATABASE_URL" >&2; exit 1'
startretries=100
[program:a-very-long-name-that-somebody-chose-for-a-good-reason-long-ago]
command=/bin/sleep 10000
[program:nightly]
command=/bin/sleep 10000
autostart=false
[program:scheduler]
command=/bin/sh -c 'trap "echo reloaded" HUP; echo ready; while :; do sleep 0.1; done'
`;

/** `section`: more lines of [inet_http_server]. */
export async function realScene(
  test: { after(act: () => Promise<void>): void },
  { section = "", programs = PROGRAMS } = {},
): Promise<Scene> {
  const it = new Instance(test);
  const port = await freePort();
  const write = (sections: string): void => it.configure(`[inet_http_server]\nport=127.0.0.1:${port}\n${section}\n${sections}`);
  write(programs);
  await it.start();
  return { it, url: `http://127.0.0.1:${port}/`, reconfigure: (change) => write(change(programs)) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
