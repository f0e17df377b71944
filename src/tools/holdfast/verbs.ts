/** THE table of what `holdfast` can do. */
import { completionVerb } from "./completion.ts";
import type { Verb } from "./verb.ts";
import { VERSION } from "./version.ts";

const OTHERS: readonly Verb[] = [VERSION];

export const VERBS: readonly Verb[] = [...OTHERS, completionVerb(OTHERS)];
