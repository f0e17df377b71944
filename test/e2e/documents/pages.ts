/** What pages of docs/ show: their blocks of code, to be run as they stand there. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../instance.ts";

/** The blocks of a page in one language of code, in their order. */
export function blocks(page: string, language: string): string[] {
  const text = readFileSync(path.join(ROOT, "docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, block = ""]) => block);
}

/** The page's text. */
export function textOf(page: string): string {
  return readFileSync(path.join(ROOT, "docs", page), "utf8");
}
