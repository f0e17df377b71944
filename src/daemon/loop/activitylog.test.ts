import assert from "node:assert/strict";
import { test } from "node:test";
import { good } from "../../config/load.fixture.ts";
import { activitySpec } from "./activitylog.ts";

test("CONF-337, CONF-344: the file is appended to, with mode 0666 under the umask; logfile_maxbytes of 0 and less means no limit", async () => {
  for (const [size, limit] of [
    ["1KB", 1024],
    ["0", 0],
    ["-5", 0],
  ] as const) {
    const { daemon } = await good(`[supervisord]\nlogfile=/tmp/s.log\nlogfile_maxbytes=${size}\n`);
    assert.deepEqual(activitySpec(daemon), { path: "/tmp/s.log", truncate: false, regularOnly: false, mode: 0o666, limit });
  }
});
