/** What --json prints: values that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** On one line for programs, spread out for people. */
export function jsonText(value: Json, isSpread: boolean): string {
  return `${isSpread ? JSON.stringify(value, null, 2) : JSON.stringify(value)}\n`;
}
