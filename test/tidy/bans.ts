/** Names that only some files may use, and what the others use instead. */

export type Ban = {
  /** As `worldNames` writes it. */
  readonly name: RegExp;
  /** Files that may. */
  readonly allowed: RegExp;
  readonly instead: string;
};

/** The doors, and the programs that live for a moment and have the world as their business. */
const DOORS = /^src\/(daemon\/doors|ctl|tools)\//;
const NOWHERE = /^$/;

export const BANS: readonly Ban[] = [
  {
    name: /^(Date\.now|performance\.now|process\.hrtime|new Date\(\))$/,
    allowed: DOORS,
    instead: "the Clock of src/doors.ts (`now` comes in as a value)",
  },
  {
    name: /^(setTimeout|setInterval|setImmediate|clearTimeout|clearInterval)\(\)$/,
    allowed: DOORS,
    instead: "a deadline that the daemon's one alarm waits for (Clock.alarm in src/doors.ts)",
  },
  { name: /^(Math\.random|crypto\.\w+)$/, allowed: DOORS, instead: "the Random of src/doors.ts" },
  {
    name: /^process\.\w+$/,
    allowed: /^src\/(daemon\/(doors\/|main\.ts)|ctl\/|tools\/|listener\/)/,
    instead: "src/doors.ts: Birth for what we were born with, Keeper for effects",
  },
  { name: /^(console\.\w+)$/, allowed: /^src\/(ctl|tools)\//, instead: "a line of the activity log (an effect)" },
  { name: /^(eval\(\)|new Function\(.*\))$/, allowed: NOWHERE, instead: "nothing: text is never run as code" },
];
