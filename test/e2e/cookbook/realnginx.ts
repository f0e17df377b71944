/** Whether the nginx of this machine can be used: as anybody but root it may not write into its own folders. */
import { spawnSync } from "node:child_process";

export const NGINX_IS_MISSING =
  process.getuid?.() === 0 && spawnSync("nginx", ["-v"]).status === 0 ? false : "needs nginx, and root for its folders";
