/**
 * The fake keeper's upgrade: it freezes, tries what is to replace it, says `upgrading`, waits for the daemon's end and is another keeper from then on. What
 * such a keeper would read from a table is what this one has in its fields already.
 */
import type { KeeperEffect } from "../../../src/link/messages.ts";
import { type Host, later } from "./host.ts";
import type { Reports } from "./reports.ts";

type Order = Omit<Extract<KeeperEffect, { type: "upgrade" }>, "type">;

const EBUSY = 16;
const EALREADY = 114;
const TABLE = 1;
/** Steps of an upgrade that fail before the old daemon is asked to end, and behind that. */
const STEPS = { done: 0, freeze: 1, refused: 2, check: 5, exec: 7, returned: 8 } as const;
const DAEMON_MAY_TAKE_MS = 1000;

export type UpgradeFailure = { readonly step: number; readonly errno: number; readonly text: string };

type Parts = {
  readonly host: Host;
  readonly reports: Reports;
  /** Whether a daemon is ready and the keeper goes on. */
  readonly isPossible: () => boolean;
  /** SIGKILL for the daemon. */
  readonly killDaemon: () => void;
  /** The end of the present daemon is none of its deaths. */
  readonly daemonWillEnd: () => void;
};

export class Upgrade {
  readonly #parts: Parts;
  #order: Order | null = null;
  /** `upgrading` was said. */
  #begun = false;
  /** Fails the next upgrade. */
  failsWith: UpgradeFailure | null = null;
  /** What the daemon is run with since the last upgrade. */
  argv: readonly string[] | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** No frame of the daemon is read meanwhile. */
  get isFrozen(): boolean {
    return this.#order !== null && !this.#begun;
  }

  begin(order: Order): void {
    const { reports, host, isPossible } = this.#parts;
    const refuse = (errno: number, text: string): void =>
      void reports.keep({ type: "upgrade", token: order.token, step: STEPS.refused, errno, text, tableWritten: 0 });
    if (this.#order !== null) return refuse(EALREADY, "an upgrade is under way");
    if (!isPossible()) return refuse(EBUSY, "not now");
    this.#order = order;
    later(host, "worker", () => this.#tried(order));
  }

  #tried(order: Order): void {
    const { reports, host, killDaemon, daemonWillEnd } = this.#parts;
    const found = host.tree.find(order.keeper, true);
    if (!found.ok) return this.#failed(order, { step: STEPS.check, errno: 2, text: `${order.keeper}: No such file or directory` });
    if (this.failsWith !== null && this.failsWith.step < STEPS.exec) return this.#failed(order, this.failsWith);
    this.#begun = true;
    daemonWillEnd();
    reports.tell({ type: "upgrading", token: order.token });
    host.scheduler.after(DAEMON_MAY_TAKE_MS, () => this.#order === order && killDaemon());
  }

  #failed(order: Order, failure: UpgradeFailure): void {
    this.#order = null;
    this.failsWith = null;
    this.#parts.reports.keep({ type: "upgrade", token: order.token, ...failure, tableWritten: 0 });
  }

  /** The daemon has ended: by itself at `upgrading`, or at any time before, which changes nothing. False: there is no upgrade. */
  daemonEnded(): boolean {
    const order = this.#order;
    if (order === null) return false;
    this.#order = null;
    if (!this.#begun) return false;
    this.#begun = false;
    const failure = this.failsWith;
    this.failsWith = null;
    if (failure === null) this.argv = order.argv;
    const outcome = failure ?? { step: STEPS.done, errno: 0, text: "" };
    this.#parts.reports.keep({ type: "upgrade", token: order.token, ...outcome, tableWritten: TABLE });
    return true;
  }
}
