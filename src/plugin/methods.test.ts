import assert from "node:assert/strict";
import { test } from "node:test";
import { methodsOf } from "./methods.ts";

class Base {
  inherited() {
    return this;
  }
}

class Made extends Base {
  readonly described = { help: "Tell.", params: [{ name: "a", type: "int" }], returns: { type: "boolean" }, call: (a: number) => a > 0 };
  static classwide() {
    return 1;
  }
  static Nested = class {};
  readonly number = 7;
  own() {
    return this;
  }
  _private() {}
}

test("RPC-007, RPC-009, RPC-184: better: what is listed can be called: functions and described methods are methods, those of classes too; other values and names with _ are none", () => {
  const made = new Made();
  const methods = methodsOf(made);
  assert.deepEqual([...methods.keys()].sort(), ["described", "inherited", "own"]);
  assert.equal(methods.get("own")?.call([]), made, "`this` is what the factory gave");
  assert.equal(methods.get("inherited")?.call([]), made);
  assert.equal(methods.get("described")?.call([1]), true);
});

test("what a described method tells is made complete; a plain function tells nothing", () => {
  const methods = methodsOf(new Made());
  assert.deepEqual(methods.get("described")?.description, {
    name: "described",
    help: "Tell.",
    params: [{ name: "a", type: "int", help: "", optional: false }],
    returns: { type: "boolean", help: "" },
  });
  assert.deepEqual(methods.get("own")?.description, { name: "own", params: null, returns: null, help: null });
});

test("RPC-006: a name with a dot cannot be called, so it is none", () => {
  assert.deepEqual([...methodsOf({ "a.b": () => 1, a: () => 1 }).keys()], ["a"]);
  assert.throws(() => methodsOf(undefined), /no object/);
});
