/** The configuration that is in force and the one that was read last: all that changes them is here, and every room reads them in its runtime. */
import { isSame } from "../../config/diff.ts";
import type { Config, DaemonConfig, GroupConfig } from "../../config/model.ts";

export class Configurations {
  #running: Config;
  #available: Config;
  #reread = false;

  constructor(config: Config) {
    this.#running = config;
    this.#available = config;
  }

  /** What is in force. */
  get running(): Config {
    return this.#running;
  }

  /** What was read last: addGroup and `avail` use it. */
  get available(): Config {
    return this.#available;
  }

  /** True once reloadConfig has succeeded since the start or restart. */
  get reread(): boolean {
    return this.#reread;
  }

  /** What a predecessor had read last. */
  restore(available: Config, reread: boolean): void {
    this.#available = available;
    this.#reread = reread;
  }

  /** reloadConfig has read it; it refreshes some of what is in force. */
  readAgain(next: Config): void {
    const { daemon, passedOver } = next;
    this.#running = { ...this.#running, daemon: refreshed(this.#running.daemon, daemon), passedOver };
    this.#available = next;
    this.#reread = true;
  }

  /** A group has changed by an order, not by the file: where it was as it was read, so it is now. */
  groupChanged(from: GroupConfig, to: GroupConfig): void {
    const groups = this.#available.groups.map((group) => (group.name === to.name && isSame(group, from) ? to : group));
    if (groups.some((group, at) => group !== this.#available.groups[at])) this.#available = { ...this.#available, groups };
  }

  /** A reload begins anew with it. */
  replace(next: Config): void {
    this.#running = next;
    this.#available = next;
    this.#reread = false;
  }
}

/** The options of [supervisord] that a reread refreshes in the running daemon; everything else waits for a restart. (CONF-413..415) `updateMode` is ours. */
function refreshed(running: DaemonConfig, next: DaemonConfig): DaemonConfig {
  const { identifier, stripAnsi, minFds, childLogDir, nocleanup, updateMode, shutdownTimeoutMs } = next;
  return { ...running, identifier, stripAnsi, minFds, childLogDir, nocleanup, updateMode, shutdownTimeoutMs };
}
