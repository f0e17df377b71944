/** What the launcher writes for node (launcher/birth.c), for programs that a test starts without it. */
export function handedOver(words: readonly string[]): Record<string, string> {
  const items = [String(words.length), ...words].map((item) => `${item.replaceAll(/[^ -$&-~]/gu, escaped)}%00`);
  return { HOLDFAST_BIRTH_0: items.join("") };
}

function escaped(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
