import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { differences } from "./diff.ts";
import { faults, good, MAIN, processes, read, warnings } from "./load.fixture.ts";
import type { ConfigError } from "./model.ts";
import { parseTargets } from "./targets.ts";

const one = (name: string, lines = "") => `[program:${name}]\ncommand=${name}\n${lines}\n`;

/** `group/process+process:condition` for each target of a process. */
async function targets(text: string, process: string): Promise<string[]> {
  const found = (await processes(text)).find(({ name }) => name === process);
  return (found?.dependsOn ?? []).map(
    ({ group, processes: names, condition }) => `${group}/${names === null ? "*" : names.join("+")}:${condition ?? ""}`,
  );
}

/** The message without its section, and the hint. */
function told({ message, hint }: ConfigError): [string, string | null] {
  return [message.replace(/ in section '.*$/, ""), hint];
}

async function only(text: string): Promise<[string, string | null]> {
  const all = await faults(text);
  assert.equal(all.length, 1, all.map(({ message }) => message).join("\n"));
  return all[0] === undefined ? ["", null] : told(all[0]);
}

test("a target is a name, group:process or group:*, with a condition behind the last colon", () => {
  const read = (text: string) => {
    const parsed = parseTargets(text);
    return parsed.ok ? parsed.value.map(({ name, condition }) => `${name} ${condition ?? "-"}`) : parsed.error;
  };
  assert.deepEqual(read("db, cache:started ,g:*,g:p:healthy,web:ready:ready,web:ready"), [
    "db -",
    "cache started",
    "g:* -",
    "g:p healthy",
    "web:ready ready",
    "web ready",
  ]);
  assert.equal(read("a,b:c:readi"), "not a valid condition: 'readi' (started, running, ready, healthy or exited_ok)");
  assert.deepEqual(read(""), []);
});

test("a name is the group of that name, else the processes of the program, else the process", async () => {
  const group = "[group:g]\nprograms=db,w\n";
  const text = `${one("db")}${one("w", "numprocs=2\nprocess_name=%(program_name)s%(process_num)d")}`;
  assert.deepEqual(await targets(`${text}${one("x", "depends_on=db, w")}`, "x"), ["db/*:", "w/*:"]);
  assert.deepEqual(await targets(`${group}${text}${one("x", "depends_on=db:started, w:running, w1, g:*, g:w0, g")}`, "x"), [
    "g/db:started",
    "g/w0+w1:running",
    "g/w1:",
    "g/*:",
    "g/w0:",
    "g/*:",
  ]);
});

test("a program in two groups means its processes in both; a process that two groups have must be named with its group", async () => {
  const text = `[group:a]\nprograms=p\n[group:b]\nprograms=p\n${one("p", "process_name=q")}`;
  assert.deepEqual(await targets(`${text}${one("x", "depends_on=p")}`, "x"), ["a/q:", "b/q:"]);
  assert.deepEqual(await only(`${text}${one("x", "depends_on=q")}`), [
    "depends_on names unknown q",
    "several groups have it: write a:q or b:q",
  ]);
});

test("depends_on of a group is that of each of its processes, behind their own; %(process_num)d differs per process", async () => {
  const text = `[group:g]\nprograms=a,b\ndepends_on=db,c\n${one("a", "depends_on=c")}${one("b")}${one("c")}${one("db")}`;
  assert.deepEqual(await targets(text, "a"), ["c/*:", "db/*:"]);
  assert.deepEqual(await targets(text, "b"), ["db/*:", "c/*:"]);
  const many = "numprocs=2\nprocess_name=%(program_name)s%(process_num)d\n";
  assert.deepEqual(await targets(`${one("w", `${many}depends_on=d%(process_num)d`)}${one("d", many)}`, "w1"), ["d/d1:"]);
});

test("processes that depend on the same share one list", async () => {
  const all = await processes(`${one("w", "numprocs=3\nprocess_name=w%(process_num)d\ndepends_on=db")}${one("db")}`);
  const lists = new Set(all.filter(({ name }) => name !== "db").map(({ dependsOn }) => dependsOn));
  assert.equal(lists.size, 1);
});

test("unknown names are told with option, file and line, and with what was probably meant", async () => {
  const [error] = await faults(`${one("x", "depends_on=db2")}${one("db")}`);
  assert.deepEqual(
    [error?.message, error?.file, error?.line, error?.excerpt, error?.hint],
    [`depends_on names unknown db2 in section 'program:x' (file: '${MAIN}')`, MAIN, 4, "depends_on=db2", "did you mean db?"],
  );
  const hints: Readonly<Record<string, string>> = {
    "db,": "remove the comma too many",
    "db cache": "separate the names with commas",
    postgres: "add a section [program:postgres], or take the name out",
    "db:redy": "did you mean db:ready?",
    "a:b:c:d": "write NAME, GROUP:PROCESS or GROUP:*, and the condition behind another colon",
    "gg:w": "did you mean g:w?",
    "g:ww": "did you mean g:w?",
    "nowhere:zzz": "write a name, group:process or group:*",
  };
  for (const [written, hint] of Object.entries(hints)) {
    const [, given] = await only(`${one("x", `bind_to=${written}`)}${one("db")}${one("w")}[group:g]\nprograms=w\n`);
    assert.equal(given, hint, written);
  }
  assert.deepEqual(await only(`${one("x", "depends_on=a:b:helthy")}`), [
    "not a valid condition: 'helthy' (started, running, ready, healthy or exited_ok)",
    "did you mean healthy?",
  ]);
});

test("an unknown name of a group is told at the group's section", async () => {
  const [error] = await faults(`[group:g]\nprograms=a\ndepends_on=zz\n${one("a")}`);
  assert.deepEqual([error?.message, error?.line], [`depends_on names unknown zz in section 'group:g' (file: '${MAIN}')`, 4]);
});

test("conditions that can never hold", async () => {
  assert.deepEqual(await only(`${one("x", "depends_on=db:healthy")}${one("db")}`), [
    "depends_on waits for db to be healthy, and db has no healthcheck",
    "add healthcheck to [program:db], or wait for ready",
  ]);
  assert.deepEqual(await only(`${one("x", "bind_to=db:exited_ok")}${one("db", "autorestart=true")}`), [
    "bind_to waits for db to be exited_ok, and autorestart=true never lets it be",
    "set type=oneshot or autorestart=unexpected in [program:db]",
  ]);
  await good(`${one("x", "depends_on=db:exited_ok")}${one("db", "autorestart=unexpected")}`);
});

test("a circle is told at its first edge in the file, in whichever order groups are read", async () => {
  const [error, ...more] = await faults(
    `${one("z", "depends_on=web")}${one("web", "depends_on=api")}${one("api", "bind_to=web:started")}[group:g]\nprograms=api\n`,
  );
  assert.deepEqual(more, []);
  assert.ok(error !== undefined);
  assert.deepEqual(told(error), ["depends_on forms a cycle: web -> g:api -> web", "take one of the edges out"]);
  assert.equal(error.line, 7);
});

test("circles of processes: through groups, of one process, of several programs; none where only names meet", async () => {
  assert.deepEqual((await only(one("web", "depends_on=web")))[0], "depends_on forms a cycle: web -> web");
  assert.deepEqual(
    (await only(`[group:g]\nprograms=a,b\ndepends_on=b\n${one("a")}${one("b")}`))[0],
    "depends_on forms a cycle: g:b -> g:b",
  );
  assert.deepEqual(
    (await only(`[group:g]\nprograms=a\ndepends_on=x\n${one("a")}${one("x", "depends_on=g:*:started")}`))[0],
    "depends_on forms a cycle: g:a -> x -> g:a",
  );
  const two = `${one("a", "depends_on=b")}${one("b", "depends_on=a")}${one("c", "depends_on=d")}${one("d", "depends_on=c")}`;
  assert.deepEqual(
    (await faults(two)).map((error) => told(error)[0]),
    ["depends_on forms a cycle: a -> b -> a", "depends_on forms a cycle: c -> d -> c"],
  );
  // Each worker waits for the one before it.
  const chain = [1, 2, 3].map((number) => one(`w${number}`, number > 1 ? `depends_on=w${number - 1}` : "")).join("");
  await good(`[group:g]\nprograms=w1,w2,w3\n${chain}`);
});

test("a long circle is told with its beginning and its end", async () => {
  const text = Array.from({ length: 30 }, (_, number) => one(`p${number}`, `depends_on=p${(number + 1) % 30}`)).join("");
  assert.equal((await only(text))[0], "depends_on forms a cycle: p0 -> p1 -> p2 -> p3 -> p4 -> p5 -> p6 -> p7 -> (21 more) -> p29 -> p0");
});

test("DEP-031: a target without processes holds always, and is warned of", async () => {
  const text = `${one("x", "depends_on=db, g")}${one("db", "numprocs=0")}[group:g]\nprograms=\n`;
  const said = (await warnings(text)).filter((line) => line.includes("depends_on"));
  assert.deepEqual(said, [
    "depends_on in [program:x] waits for db, which has no processes: that always holds",
    "depends_on in [program:x] waits for g, which has no processes: that always holds",
  ]);
});

test("another meaning of the same name is a change; the order of equal ones is told as written", async () => {
  const text = `${one("x", "depends_on=db, c:started")}${one("db")}${one("c")}`;
  const [from, same, other] = [await good(text), await good(text), await good(`${text}[group:g]\nprograms=db\n`)];
  const x = (config: typeof from) => config.groups.find(({ name }) => name === "x");
  const [before, again, after] = [x(from), x(same), x(other)];
  assert.ok(before !== undefined && again !== undefined && after !== undefined);
  assert.deepEqual(differences(before, again), []);
  assert.deepEqual(differences(before, after), [
    { group: "x", process: "x", option: "depends_on", from: "db, c:started", to: "db (g:db), c:started" },
  ]);
});

test("circles by chance: told exactly when there is one, and what is told is one", async () => {
  const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.boolean()), { maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(edges, fc.boolean(), async (drawn, grouped) => {
      const names = ["a", "b", "c", "d", "e", "f"];
      const of = (from: number, isBound: boolean) =>
        drawn.filter((edge) => edge[0] === from && edge[2] === isBound).map((edge) => names[edge[1]]);
      const sections = names.map((name, at) => one(name, `depends_on=${of(at, false).join(",")}\nbind_to=${of(at, true).join(",")}`));
      const loaded = await read(`${sections.join("")}${grouped ? "[group:g]\nprograms=c,d\n" : ""}`);
      const reaches = (from: number, to: number, seen = new Set<number>()): boolean =>
        drawn.some((edge) => edge[0] === from && !seen.has(edge[1]) && (edge[1] === to || reaches(edge[1], to, seen.add(edge[1]))));
      const isCircle = names.some((_, at) => reaches(at, at));
      assert.equal(loaded.ok, !isCircle);
      if (loaded.ok) return;
      for (const error of loaded.error) {
        const circle = (told(error)[0].split(": ")[1] ?? "").split(" -> ").map((name) => names.indexOf(name.replace(/^g:/, "")));
        assert.equal(circle[0], circle.at(-1));
        for (const [at, from] of circle.slice(0, -1).entries()) {
          assert.ok(
            drawn.some((edge) => edge[0] === from && edge[1] === circle[at + 1]),
            told(error)[0],
          );
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("much that depends on much: what is written costs, not what it means", async () => {
  const many = "numprocs=20000\nprocess_name=%(program_name)s%(process_num)d\n";
  const startMs = performance.now();
  const plain = await good(`${one("x", many)}${one("y", many)}[group:g]\nprograms=x,y\n`);
  const plainMs = performance.now() - startMs;
  const all = await good(`${one("x", `${many}depends_on=y`)}${one("y", many)}[group:g]\nprograms=x,y\n`);
  const dependingMs = performance.now() - startMs - plainMs;
  assert.equal(all.groups[0]?.processes.length, plain.groups[0]?.processes.length);
  assert.ok(dependingMs < plainMs * 5 + 1000, `${dependingMs} ms with dependencies, ${plainMs} ms without`);
});
