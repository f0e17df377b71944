/**
 * What comes from a server, for a terminal: names, versions, descriptions, reasons. Control characters are shown and not carried out, so that a server
 * cannot rename the window, move the cursor or rewrite what was said. What programs print is another matter: that is shown as it is.
 */

/** All but line feed and tab. */
const CONTROLS = /[\p{Cc}]/gu;
/** What `paint` makes. */
const PAINTED = /\u001b\[\d{1,2}m/y;

/** `isPainted`: colours of ours are in the text already. */
export function visible(text: string, isPainted = false): string {
  return text.replace(CONTROLS, (character, at: number) => {
    if (character === "\n" || character === "\t") return character;
    PAINTED.lastIndex = at;
    if (isPainted && PAINTED.test(text)) return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
