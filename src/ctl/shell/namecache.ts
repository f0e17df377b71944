/** The names of processes for completion: asked for once per command, not at every tab. (CTL-064) */
import type { ProcessInfo } from "../client/infos.ts";
import type { Connector } from "../connector.ts";

export class NameCache {
  readonly #connector: () => Connector;
  #infos: Promise<readonly ProcessInfo[]> | null = null;

  /** `connector` is asked anew each time: `open` changes it. */
  constructor(connector: () => Connector) {
    this.#connector = connector;
  }

  /** None when the server does not answer: that is no moment to complain. */
  get(): Promise<readonly ProcessInfo[]> {
    this.#infos ??= ask(this.#connector());
    return this.#infos;
  }

  forget(): void {
    this.#infos = null;
  }
}

async function ask(connector: Connector): Promise<readonly ProcessInfo[]> {
  const supervisor = connector.supervisor();
  const infos = await supervisor.getAllProcessInfo();
  supervisor.close();
  return infos.ok ? infos.value : [];
}
