/** Scenes on a simulated host, told step by step: the configuration, the daemon in charge of it, and simulated time that passes while somebody waits. */
import assert from "node:assert/strict";
import type { SupervisorControl } from "../../src/rpc/control.ts";
import { World } from "./world.ts";

export const ref = (name: string) => ({ group: name, process: name });

/** A host with these programs; the clock stands still between two calls. */
export async function host(sections: string, furnish: (world: World) => void = () => {}): Promise<World> {
  const world = new World(
    1,
    `[supervisord]\nnodaemon=true\nlogfile=/log/supervisord.log\nlogfile_maxbytes=0\npidfile=/run/supervisord.pid\nchildlogdir=/log/auto\nuser=root\n${sections}\n`,
    1000,
  );
  furnish(world);
  world.keeper.start();
  await inCharge(world);
  return world;
}

export async function inCharge(world: World): Promise<SupervisorControl> {
  assert.ok(await until(world, () => world.port !== null), world.trace.lines.join("\n"));
  return world.port as SupervisorControl;
}

export const until = (world: World, condition: () => boolean) => world.scheduler.until(condition, world.scheduler.nowMs + 30_000);
export const stateOf = (world: World, name: string) => world.port?.process(ref(name))?.state;

/** Settles a promise of the daemon while the simulated time goes on. */
export async function settled<T>(world: World, promise: Promise<T>): Promise<T> {
  let value: { readonly got: T } | null = null;
  void promise.then((got) => {
    value = { got };
  });
  assert.ok(await until(world, () => value !== null));
  return (value as unknown as { got: T }).got;
}

/** Lets time pass. */
export const pass = (world: World, ms: number) => world.scheduler.runTo(world.scheduler.nowMs + ms);
/** The activity log. */
export const activity = (world: World) => world.tree.text("/log/supervisord.log");
