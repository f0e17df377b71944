/** Tells the activity log which options of ours are in use when an update has changed it. (CMN-003) */
import { extensionsInUse, extensionsLine } from "../../config/extensions.ts";
import { postLine } from "../loop/activitylog.ts";
import type { Runtime } from "../runtime.ts";
import { activeGroups } from "./reread.ts";

export class Extensions {
  readonly #runtime: Runtime;
  /** What groups used that were taken out and are about to come back: an update replaces a group so. */
  readonly #before = new Map<string, string>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Does what changes the group. */
  around<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#before.get(name) ?? this.#usedBy(name);
    const result = act();
    void result.then(() => this.#tell(name, before));
    return result;
  }

  #tell(name: string, before: string | null): void {
    const { world, available } = this.#runtime;
    const now = this.#usedBy(name);
    if (now === before) return; // nearly always: nothing of it is used
    const comesBack = before !== null && !world.groups.has(name) && available.groups.some((group) => group.name === name);
    if (comesBack) this.#before.set(name, before);
    else this.#before.delete(name);
    if (!comesBack) postLine(this.#runtime, "info", extensionsLine(extensionsInUse(activeGroups(this.#runtime))));
  }

  #usedBy(name: string): string | null {
    const group = this.#runtime.world.groups.get(name);
    return group === undefined ? null : extensionsInUse([group.config]);
  }
}
