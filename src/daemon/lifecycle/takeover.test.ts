import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../../process/life.fixture.ts";
import { delta } from "../../supervisor/delta.ts";
import { encodeRecord, type GroupRecord, recordKeys } from "../../supervisor/records.ts";
import { readStoredConfig } from "./takeover.ts";

test("what was read last is in the order of the file's groups, whatever the order in which they came (seed 25 of --life)", () => {
  const process = program({ name: "p" });
  const group = (name: string, priority: number, sequence: number): readonly [string, Uint8Array] => {
    const record: GroupRecord = {
      config: { kind: "programs", name, priority, processes: [] },
      sequence,
      processes: { piece: [delta(process, process)] },
      autoLogs: { piece: [] },
    };
    return [recordKeys.group(name), encodeRecord(record, "2")];
  };
  const store = new Map([
    [recordKeys.config, encodeRecord({ daemon: {} })],
    [recordKeys.template, encodeRecord(process)],
    group("late", 5, 0),
    group("early", 1, 1),
  ]);
  const found = readStoredConfig({ store });
  assert.ok(found.ok);
  const { running, available } = found.value;
  assert.deepEqual(
    [running, available].map(({ groups }) => groups.map(({ name }) => name)),
    [
      ["late", "early"],
      ["early", "late"],
    ],
  );
});
