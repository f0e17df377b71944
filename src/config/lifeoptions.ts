/**
 * The rows of the table for what is ours in the life of a program, a block per area: PROGRAM has all of them, so that each may stand in a program, a FastCGI
 * program, an event listener and in [program-default].
 */
import { HEALTH, READINESS } from "./checkoptions.ts";
import { JOB } from "./joboptions.ts";
import type { Option } from "./optionrow.ts";

export const LIFE_OPTIONS = { ...READINESS, ...HEALTH, ...JOB } as const satisfies Record<string, Option>;
