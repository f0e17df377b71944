import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupConfig, ProcessConfig } from "../../config/model.ts";
import { program } from "../../process/life.fixture.ts";
import { delta } from "../../supervisor/delta.ts";
import { encodeRecord, type GroupRecord, recordKeys } from "../../supervisor/records.ts";
import { readGroups } from "./storedgroups.ts";

/** As a release wrote it that did not know these options. */
function without(process: ProcessConfig, ...fields: (keyof ProcessConfig)[]): ProcessConfig {
  return Object.fromEntries(Object.entries(process).filter(([field]) => !fields.includes(field as keyof ProcessConfig))) as ProcessConfig;
}

test("CMN-021: programs that an earlier release has stored have the defaults of options that are new since", () => {
  const old = (name: string): ProcessConfig => without(program({ name, priority: 7 }), "startRetries", "directory");
  const template = old("t");
  const list = (...names: string[]) => ({ piece: names.map((name) => delta(template, old(name))).slice(0, 1) });
  const group: Omit<GroupConfig, "processes"> & { readonly kind: "programs" } = { kind: "programs", name: "g", priority: 999 };
  const record: GroupRecord = {
    config: { ...group, processes: [] },
    sequence: 0,
    processes: list("a"),
    autoLogs: { piece: [] },
  };
  const store = new Map([
    [recordKeys.template, encodeRecord(template)],
    [recordKeys.group("g"), encodeRecord(record, "2")],
    [recordKeys.pending({ group: "g", process: "b" }), encodeRecord({ config: delta(template, old("b")), start: true })],
  ]);
  const read = readGroups(store);
  assert.ok(read.ok);
  const [stored] = read.value.groups;
  const [process] = stored?.config.processes ?? [];
  assert.deepEqual([process?.name, process?.priority, process?.startRetries, process?.directory], ["a", 7, 3, null]);
  const [pending] = stored?.pending ?? [];
  assert.deepEqual([pending?.config.name, pending?.config.startRetries], ["b", 3]);
});

test("programs of this release are read as they were stored", () => {
  const process = program({ name: "a", startRetries: 9 });
  const record: GroupRecord = {
    config: { kind: "programs", name: "g", priority: 999, processes: [] },
    sequence: 0,
    processes: { piece: [delta(process, process)] },
    autoLogs: { piece: [] },
  };
  const read = readGroups(
    new Map([
      [recordKeys.template, encodeRecord(process)],
      [recordKeys.group("g"), encodeRecord(record, "2")],
    ]),
  );
  assert.ok(read.ok);
  assert.deepEqual(read.value.groups[0]?.config.processes, [process]);
});
