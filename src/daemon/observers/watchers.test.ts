import assert from "node:assert/strict";
import { test } from "node:test";
import type { SupervisorEvent } from "../../api/types.ts";
import { Watchers } from "./watchers.ts";

test("EVX-001 the JSON stream has events of LIFECYCLE as listeners get them", () => {
  const watchers = new Watchers();
  const heard: SupervisorEvent[] = [];
  watchers.onEvent((event) => void heard.push(event));
  const keys = { pid: 7, certain: 0 };
  watchers.heard(
    { kind: "lifecycle", group: "g", process: "p", name: "LIFECYCLE_OOM", keys, text: "p was probably killed" },
    { monoMs: 1, wallMs: 2 },
  );
  const payload = "processname:p groupname:g pid:7 certain:0\np was probably killed";
  assert.deepEqual(heard, [{ serial: 1, at: 2, type: "LIFECYCLE_OOM", payload }]);
});
