import assert from "node:assert/strict";
import { test } from "node:test";
import type { Report } from "../../link/messages.ts";
import { ok, refuse } from "../../result.ts";
import type { Runtime } from "../runtime.ts";
import { Identity } from "./identity.ts";

const EPERM = 1;
const WEB = { name: "web", uid: 33, gid: 34, groups: [34, 4, 99], home: "/var/www", shell: "/bin/sh" };

type Became = Extract<Report, { type: "became" }>["step"];

/** A daemon that is to become uid 33; `failing` is the step at which the keeper fails. */
function daemon(uid: number, failing: Became) {
  const asked: object[] = [];
  const runtime = {
    running: { daemon: { uid: 33 } },
    doors: { accounts: { byUid: () => WEB }, self: { becomeUser: () => ok(true) } },
    requests: { next: async () => Promise.resolve({ step: failing, errno: EPERM }) },
    loop: { post: (act: (turn: object) => void) => act({ effect: (effect: object) => asked.push(effect) }) },
  } as unknown as Runtime;
  return { runtime, asked, identity: new Identity(uid, 1) };
}

test("CONF-326: the primary group and all groups that list the user, then gid, then uid", async () => {
  const { runtime, asked, identity } = daemon(0, "done");
  assert.deepEqual(await identity.become(runtime), ok([{ level: "info", text: "Set uid to user 33 succeeded" }]));
  assert.deepEqual(asked, [{ type: "become", user: { uid: 33, gid: 34, groups: [34, 4, 99] } }]);
  assert.equal(identity.uid, 33);
});

test("CONF-326: the step that fails is told", async () => {
  for (const [step, what] of [
    ["setgroups", "groups"],
    ["setgid", "group id"],
    ["setuid", "user id"],
  ] as const) {
    const { runtime, identity } = daemon(0, step);
    assert.deepEqual(await identity.become(runtime), refuse(`Could not set ${what} of effective user: EPERM`));
  }
});

test("CONF-324: who is not root becomes nobody else", async () => {
  const { runtime, asked, identity } = daemon(65_534, "done");
  assert.deepEqual(await identity.become(runtime), refuse("Can't drop privilege as nonroot user"));
  assert.deepEqual(asked, []);
  assert.equal(identity.problem(33), "Can't drop privilege as nonroot user");
  assert.equal(identity.problem(65_534), null);
});
