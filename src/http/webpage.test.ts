import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { FakeControl } from "../rpc/control.fixture.ts";
import { header, serve } from "./serving.fixture.ts";

const BROWSER = { Accept: "text/html,*/*", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
const PAGE = "<title>new</title>";

async function served(t: TestContext, { built = true, ui = "modern" as "modern" | "classic" } = {}) {
  const control = new FakeControl();
  if (built) {
    const manifest = {
      "/": { file: "index.html", type: "text/html; charset=utf-8", etag: '"i1"' },
      "/assets/app-1a2b.js": { file: "assets/app-1a2b.js", type: "text/javascript", etag: '"a1"' },
    };
    control.write("/web/manifest.json", JSON.stringify(manifest));
    control.write("/web/index.html", PAGE);
    control.write("/web/assets/app-1a2b.js", "run()");
    control.write("/web/assets/app-1a2b.js.gz", gzipSync("run()"));
    control.write("/web/secret", "not in the manifest");
  }
  return serve(t, { control, webFolder: "/web", section: { ui } });
}

test("a browser that opens / gets the new page, under a strict policy; everybody else the classic one", async (t) => {
  const { ask } = await served(t);
  const modern = await ask("GET", "/", BROWSER);
  assert.equal(modern.body, PAGE);
  assert.match(header(modern, "Content-Security-Policy") ?? "", /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
  assert.equal(header(modern, "Cache-Control"), "no-cache");
  // Over plain HTTP browsers do not say how they fetch.
  const plain = await ask("GET", "/", { Accept: "text/html", "Upgrade-Insecure-Requests": "1" });
  assert.equal(plain.body, PAGE);
  const others: [string, Record<string, string>][] = [
    ["/", {}],
    ["/", { Accept: "text/html" }],
    ["/", { ...BROWSER, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
    ["/?message=done", BROWSER],
    ["/index.html", BROWSER],
  ];
  for (const [path, headers] of others) assert.match((await ask("GET", path, headers)).body, /Supervisor Status/, path);
});

test("ui=classic, or a page that was not built: the classic one for all", async (t) => {
  for (const options of [{ ui: "classic" as const }, { built: false }]) {
    const { ask } = await served(t, options);
    assert.match((await ask("GET", "/", BROWSER)).body, /Supervisor Status/);
    assert.match((await ask("GET", "/assets/app-1a2b.js")).status, / 404 /);
  }
});

test("assets come compressed to those who take it, are kept for ever, and are all that there is", async (t) => {
  const { ask } = await served(t);
  const zipped = await ask("GET", "/assets/app-1a2b.js", { "Accept-Encoding": "gzip, deflate" });
  assert.equal(header(zipped, "Content-Encoding"), "gzip");
  assert.match(header(zipped, "Cache-Control") ?? "", /immutable/);
  const refused = await ask("GET", "/assets/app-1a2b.js", { "Accept-Encoding": "gzip;q=0" });
  assert.deepEqual([refused.body, header(refused, "Content-Encoding")], ["run()", undefined]);
  assert.match((await ask("GET", "/assets/app-1a2b.js", { "If-None-Match": '"a1"' })).status, / 304 /);
  for (const path of ["/assets/../secret", "/assets/secret", "/assets/", "/assets/manifest.json"])
    assert.match((await ask("GET", path)).status, / 404 /, path);
});
