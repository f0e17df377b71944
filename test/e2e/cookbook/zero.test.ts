/** The set-up of the cookbook with servers that are replaced behind nginx: under load no request fails. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, load } from "./http.ts";
import { NGINX_IS_MISSING } from "./realnginx.ts";
import { Setup, WEB } from "./setup.ts";

/** Ends as Node.js's documentation says: no new connections, and what is under way to its end. */
const SERVER = (version: string, begin = "") => `
${begin}
const server = require("node:http").createServer((request, response) => {
  request.resume().on("end", () => setTimeout(() => response.end("${version}\\n"), 20));
});
server.listen(process.argv[2]);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

async function started(t: { after(act: () => Promise<void>): void }, standIns: readonly string[]): Promise<Setup> {
  const it = new Setup(t);
  await it.prepare("zero", { standIns });
  it.put("/srv/shop/server.js", SERVER("1"));
  await it.start();
  await it.in("RUNNING", "nginx");
  return it;
}

describe("zero downtime behind nginx", { concurrency: true }, () => {
  for (const [which, standIns, skip] of [
    ["a stand-in for nginx", ["nginx"], false],
    ["the nginx of this machine", [], NGINX_IS_MISSING],
  ] as const) {
    test(`a rolling restart under load: every GET and every POST is answered (${which})`, { skip }, async (t) => {
      const it = await started(t, standIns);
      const clients = load(it.port(WEB));
      it.put("/srv/shop/server.js", SERVER("2"));
      assert.equal(await it.said("restart", "--rolling", "web:*"), "web:web_0: restarted\nweb:web_1: restarted\nweb:web_2: restarted\n");
      const { answered, failed } = await clients.end();
      assert.deepEqual(failed, []);
      assert.ok(answered > 20, `${answered} requests`);
      for (let n = 0; n < 3; n++) assert.deepEqual(await get(it.port(WEB), "/"), [200, "2\n"]);
    });
  }

  test("new code that does not answer ends the rolling restart; the others go on, and nobody sees it", async (t) => {
    const it = await started(t, ["nginx"]);
    it.put("/srv/shop/server.js", SERVER("2", "process.exit(1);"));
    const clients = load(it.port(WEB));
    const { code, stdout } = await it.ctl("restart", "--rolling", "web:*");
    assert.equal(code, 1);
    assert.match(stdout, /^web:web_0: ERROR \(.*\)\nweb: 2 not restarted\n$/);
    assert.deepEqual((await clients.end()).failed, []);
    assert.deepEqual(await get(it.port(WEB), "/"), [200, "1\n"]);
  });
});
