/** THE table of what `holdfast` can do. */
import { BUILD_KEEPER } from "./buildkeeper.ts";
import { completionVerb } from "./completion.ts";
import { SERVICE } from "./service.ts";
import type { Verb } from "./verb.ts";
import { VERSION } from "./version.ts";

const OTHERS: readonly Verb[] = [VERSION, BUILD_KEEPER, SERVICE];

export const VERBS: readonly Verb[] = [...OTHERS, completionVerb(OTHERS)];
