/**
 * superlance, the listeners that most people use, unmodified under our supervisord: what each of its six programs is for happens. They run where
 * `import superlance` works; HOLDFAST_SUPERLANCE may name the folder of a checkout.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { type TestContext, test } from "node:test";
import { Instance, until } from "./instance.ts";
import { call, info } from "./rpc.ts";

const CHECKOUT = process.env["HOLDFAST_SUPERLANCE"] ?? "";

/** A Python that has both superlance and supervisor.childutils, which superlance needs. */
function findPython(): string | undefined {
  return ["python3", "/usr/bin/python3"].find((python) => {
    const env = { ...process.env, ...(CHECKOUT !== "" && { PYTHONPATH: CHECKOUT }) };
    return spawnSync(python, ["-c", "import superlance, supervisor.childutils"], { env }).status === 0;
  });
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Says yes to everything, and keeps what is between DATA and the dot. */
function mailServer(mails: string[]): Server {
  return createServer((socket) => {
    let mail: string | null = null;
    let rest = "";
    socket.on("error", () => undefined);
    socket.write("220 test\r\n");
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (mail !== null && line !== ".") {
          mail += `${line}\n`;
          continue;
        }
        if (mail !== null) mails.push(mail);
        const command = line.toUpperCase();
        mail = command === "DATA" ? "" : null;
        socket.write(command === "DATA" ? "354 go on\r\n" : command === "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    });
  });
}

test("superlance's httpok, memmon, crashmail, crashmailbatch, fatalmailbatch and crashsms do their work", {
  timeout: 300_000,
}, async (t) => {
  const python = findPython();
  if (python === undefined) return t.skip("superlance is not installed; HOLDFAST_SUPERLANCE can name a checkout of it");
  const it = new Instance(t);
  const mails: string[] = [];
  const smtp = await listening(t, mailServer(mails));
  let status = 200;
  const http = await listening(
    t,
    createHttpServer((_, response) => response.writeHead(status).end()),
  );
  // Its stdout is the listener's, so it must not say anything.
  const sendmail = (name: string) => `-s 'dd of=${it.dir}/${name}.mails oflag=append conv=notrunc status=none' -m me@localhost`;
  const batch = (subject: string) => `-t me@localhost -f you@localhost -s ${subject} -H 127.0.0.1:${smtp} -i 0.01 -e TICK_5`;
  const listener = (name: string, args: string, events: string) => `
[eventlistener:${name}]
command=${python} -u -m superlance.${name} ${args}
environment=${CHECKOUT === "" ? "" : `PYTHONPATH="${CHECKOUT}"`}
events=${events}
startsecs=0
stderr_logfile=${it.dir}/${name}.err
`;
  it.configure(`
[program:web]
command=sleep 1000
startsecs=0
[program:big]
command=sleep 1000
startsecs=0
[program:crash]
command=sh -c 'exit 3'
startsecs=0
autorestart=false
autostart=false
[program:fatal]
command=sh -c 'exit 3'
startsecs=1
startretries=0
autostart=false
${listener("httpok", `-p web ${sendmail("httpok")} http://127.0.0.1:${http}/`, "TICK_5")}
${listener("memmon", `-p big=1KB ${sendmail("memmon")}`, "TICK_5")}
${listener("crashmail", `-a ${sendmail("crashmail")}`, "PROCESS_STATE_EXITED")}
${listener("crashmailbatch", batch("crashes"), "PROCESS_STATE,TICK_5")}
${listener("fatalmailbatch", batch("fatals"), "PROCESS_STATE,TICK_5")}
${listener("crashsms", batch("sms"), "PROCESS_STATE,TICK_5")}
`);
  await it.start();
  const pidOf = async (name: string) => Number((await info(it, name))["pid"]);
  const [web, big] = [await until("web runs", () => pidOf("web")), await until("big runs", () => pidOf("big"))];
  await call(it, "supervisor.startProcess", "crash", false);
  await call(it, "supervisor.startProcess", "fatal", false).catch(() => undefined);
  status = 500;

  const restarted = (name: string, before: number) => async () => {
    const now = await pidOf(name);
    return now !== 0 && now !== before;
  };
  await until("crashmail tells of crash", () => /crash in group crash exited unexpectedly/.test(it.read("crashmail.mails")));
  await until("memmon restarts big", restarted("big", big));
  await until("memmon says so", () => /memmon(\.py)? restarted the process named big/.test(it.read("memmon.mails")));
  await until("httpok restarts web", restarted("web", web));
  status = 200;
  await until("httpok says so", () => /web restarted/.test(it.read("httpok.mails")));
  const mailed = (subject: string, text: RegExp) => () => mails.some((mail) => mail.includes(`Subject: ${subject}`) && text.test(mail));
  await until("crashmailbatch sends", mailed("crashes", /Process crash:crash \(pid \d+\) died unexpectedly/));
  await until("fatalmailbatch sends", mailed("fatals", /Process fatal:fatal failed to start too many times/));
  await until("crashsms sends", mailed("sms", /crash/));
  const statuses = (await it.ctl("status")).stdout;
  for (const name of ["httpok", "memmon", "crashmail", "crashmailbatch", "fatalmailbatch", "crashsms"])
    assert.match(statuses, new RegExp(`^${name} +RUNNING`, "m"), it.read(`${name}.err`));
  assert.doesNotMatch(it.read("supervisord.log"), /UNKNOWN state|bad result line/);
});
