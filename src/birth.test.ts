import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetOurs, readBirth } from "./birth.ts";

test("without the launcher the process's own words count, and our own variables are nobody's", () => {
  const environment = { HOLDFAST_KEEPER_FD: "3", PATH: "/bin", HOLDFAST: "kept", EMPTY: "", NONE: undefined, ["__proto__"]: "odd" };
  const birth = readBirth(environment, ["/usr/bin/node", "/x/supervisorctl.cjs", "-n", ""]);
  assert.deepEqual([birth.argv0, birth.args], ["/x/supervisorctl.cjs", ["-n", ""]]);
  assert.deepEqual(Object.entries(birth.environment), [
    ["PATH", "/bin"],
    ["HOLDFAST", "kept"],
    ["EMPTY", ""],
    ["__proto__", "odd"],
  ]);
});

test("the launcher's list: words first, then what node must not see; its entries win, pieces may be cut anywhere", () => {
  const birth = readBirth(
    {
      HOLDFAST_BIRTH_0: "2%00bin/sv%00-c caf%e9%25%00NODE_OPTIONS=--inspect%00HOLDFAST_NODE=/n%00A%",
      HOLDFAST_BIRTH_1: "e9=x=y%00B=%e4%b8%ad%00=odd%00",
      A: "plain",
      B: "z",
    },
    ["node", "bundle", "ignored"],
  );
  assert.deepEqual([birth.argv0, birth.args], ["bin/sv", ["-c caf\udce9%"]]);
  assert.deepEqual(Object.entries(birth.environment), [
    ["A", "plain"],
    ["B", "中"],
    ["NODE_OPTIONS", "--inspect"],
    ["HOLDFAST_NODE", "/n"],
    ["A\udce9", "x=y"],
    ["", "odd"],
  ]);
});

test("what is ours is forgotten when it was read", () => {
  const environment = { HOLDFAST_BIRTH_0: "1%00x%00", HOLDFAST_PROGRAM_1: "x", HOLDFAST_KEEPER_FD: "3", HOME: "/" };
  forgetOurs(environment, "HOLDFAST_KEEPER_FD");
  assert.deepEqual(environment, { HOLDFAST_KEEPER_FD: "3", HOME: "/" });
});

test("no word and no variable is fine", () => {
  const birth = readBirth({ HOLDFAST_BIRTH_0: "1%00supervisord%00" }, ["node", "bundle"]);
  assert.deepEqual([birth.argv0, birth.args, Object.keys(birth.environment)], ["supervisord", [], []]);
});
