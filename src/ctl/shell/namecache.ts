/** The names of processes for completion: asked for once per command, not at every tab. (CTL-064) */
import type { ProcessInfo } from "../client/infos.ts";
import type { Reach } from "../reach.ts";

export class NameCache {
  readonly #reach: () => Reach;
  #infos: Promise<readonly ProcessInfo[]> | null = null;

  /** `reach` is asked anew each time: `open` changes it. */
  constructor(reach: () => Reach) {
    this.#reach = reach;
  }

  /** None when the server does not answer: that is no moment to complain. */
  get(): Promise<readonly ProcessInfo[]> {
    this.#infos ??= ask(this.#reach());
    return this.#infos;
  }

  forget(): void {
    this.#infos = null;
  }
}

async function ask(reach: Reach): Promise<readonly ProcessInfo[]> {
  const supervisor = reach.supervisor();
  const infos = await supervisor.getAllProcessInfo();
  supervisor.close();
  return infos.ok ? infos.value : [];
}
