/** What the fake keeper has to tell: kept reports wait for their acknowledgement and are told again to every new daemon, the others are told once or lost. */

import { REPORTS } from "../../../src/link/keeperreports.ts";
import type { Report } from "../../../src/link/messages.ts";
import type { Host } from "./host.ts";

type Body<R> = R extends Report ? Omit<R, "report"> : never;

export class Reports {
  readonly #host: Host;
  readonly kept = new Map<bigint, Report>();
  #next = 1n;
  /** Where reports go while a daemon is connected. */
  listener: ((report: Report) => void) | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Returns the report's number. */
  keep(body: Body<Report>): bigint {
    if (!REPORTS[body.type].kept) throw new Error(`${body.type} is not kept`);
    const report = { ...body, report: this.#next++ } as Report;
    this.kept.set(report.report, report);
    this.#say(report);
    return report.report;
  }

  tell(body: Body<Report>): void {
    if (REPORTS[body.type].kept) throw new Error(`${body.type} is kept`);
    this.#say({ ...body, report: 0n } as Report);
  }

  /** Forgets a report whose number was acknowledged; undefined when there is none. A block is only released by its verdict. */
  acknowledge(number: bigint): Report | undefined {
    const report = this.kept.get(number);
    if (report === undefined || report.type === "block") return undefined;
    this.kept.delete(number);
    return report;
  }

  drop(number: bigint): void {
    this.kept.delete(number);
  }

  #say(report: Report): void {
    this.#host.trace(() => `keeper: ${describeReport(report)}`);
    this.listener?.(report);
  }
}

export function describeReport(report: Report): string {
  const { type, report: number, ...rest } = report;
  const details = Object.entries(rest)
    .filter(([name]) => name !== "monoNs" && name !== "wallNs")
    .map(([name, value]) => `${name}=${value instanceof Uint8Array ? `${value.length}B` : String(value)}`);
  return `${type}#${number} ${details.join(" ")}`;
}
