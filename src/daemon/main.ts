/** supervisord as the keeper starts it: real doors, real servers. Everything else is in files that know no real world. */

import { loadConfig } from "../config/load.ts";
import { readSupervisordArguments } from "../config/supervisord.ts";
import type { Doors } from "../doors.ts";
import { refuse, unreachable } from "../result.ts";
import { realAccounts } from "./doors/accounts.ts";
import { readBirth } from "./doors/birth.ts";
import { realClock } from "./doors/clock.ts";
import { realFiles } from "./doors/files.ts";
import { keeperDescriptor, openKeeper } from "./doors/keeper.ts";
import { realRandom } from "./doors/random.ts";
import { realResolveHost, realSelf } from "./doors/self.ts";

void [
  readSupervisordArguments,
  loadConfig,
  refuse,
  unreachable,
  realAccounts,
  readBirth,
  realClock,
  realFiles,
  keeperDescriptor,
  openKeeper,
  realRandom,
  realResolveHost,
  realSelf,
];
export type MainDoors = Doors;
