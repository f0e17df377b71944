/** A supervisord that exists in tests only: its clock, what was asked of it, and how it is upgraded. */
import { ok, type Result, refuse } from "../result.ts";
import type { LastUpgrade, Upgraded, UpgradeOptions, Versions } from "./control.ts";

export class FakeUpgrades {
  monoMs = 1000;
  readonly done: string[] = [];
  /** What an upgrade is answered with; null: it is refused. */
  upgrades: Upgraded | null = null;
  lastUpgrade: LastUpgrade | null = null;

  async upgrade(options: UpgradeOptions): Promise<Result<Upgraded, string>> {
    this.done.push(`upgrade ${JSON.stringify(options)}`);
    return this.upgrades === null ? refuse("upgrade refused at step 3: process/a:a: it is cut off") : ok(this.upgrades);
  }

  async versions(): Promise<Versions> {
    const running = { keeper: "0.2.0", keeperBuild: "0123456789ab", daemon: "0.2.0", node: "20.20.2", protocol: 2, table: 1 };
    const installed = { installedKeeper: "0.3.0", installedKeeperBuild: "ba9876543210", installedDaemon: "0.3.0" };
    return { ...running, ...installed, lastUpgrade: this.lastUpgrade };
  }
}
