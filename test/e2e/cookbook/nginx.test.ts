/** The set-up of the cookbook with nginx and one gunicorn. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../instance.ts";
import { get } from "./http.ts";
import { NGINX_IS_MISSING } from "./realnginx.ts";
import { Setup, WEB } from "./setup.ts";

describe("nginx and gunicorn", { concurrency: true }, () => {
  for (const [which, standIns, skip] of [
    ["a stand-in for nginx", ["gunicorn", "nginx"], false],
    ["the nginx of this machine", ["gunicorn"], NGINX_IS_MISSING],
  ] as const) {
    test(`nginx starts when gunicorn answers; new code without another pid or a lost request; nginx ends first (${which})`, {
      skip,
    }, async (t) => {
      const it = new Setup(t);
      await it.prepare("nginx", { standIns });
      await it.start();
      await it.in("RUNNING", "nginx");
      assert.equal(it.journal()[0], "gunicorn ready with 1");
      const { pid } = await it.in("RUNNING", "gunicorn");
      const web = it.port(WEB);
      assert.deepEqual(await get(web, "/"), [200, "1 gunicorn\n"]);
      const slow = get(web, "/slow");
      await it.noted("gunicorn a slow request begins");
      it.put("/srv/shop/version", "2");
      assert.equal(await it.said("reloadprog", "gunicorn", "nginx"), "gunicorn: reloaded\nnginx: reloaded\n");
      await until("the new code answers", async () => (await get(web, "/"))[1] === "2 gunicorn\n");
      assert.deepEqual([(await slow)[0], (await it.in("RUNNING", "gunicorn"))["pid"]], [200, pid]);
      const last = get(web, "/slow");
      await it.noted("gunicorn a slow request begins", it.journal().length - 1);
      it.signal("SIGTERM");
      assert.equal((await last)[0], 200);
      assert.equal(await it.exitCode(), 0);
      const order = ["nginx", "gunicorn"].map((name) => it.read("var/log/supervisor/supervisord.log").indexOf(`stopped: ${name}`));
      assert.ok((order[0] ?? -1) > 0 && (order[0] ?? 0) < (order[1] ?? 0), it.read("var/log/supervisor/supervisord.log"));
    });
  }
});
