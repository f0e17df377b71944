/** The door to what was built beside this program: bundles that are loaded when they are first needed, and files. */
import { createRequire } from "node:module";
import path from "node:path";
import type { Api, ApiParts } from "../../api/api.ts";

/** A file or folder where the programs were built. */
export function built(name: string): string {
  return path.join(path.dirname(process.argv[1] ?? ""), name);
}

export async function loadApi(parts: ApiParts): Promise<Api> {
  const require = createRequire(built("api.cjs"));
  const { Api: Loaded } = require(built("api.cjs")) as { readonly Api: new (parts: ApiParts) => Api };
  return new Loaded(parts);
}
