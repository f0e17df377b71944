/**
 * Colours in what programs write. ESC passes no XML, so an answer has U+FFFD in its place; before `[…m` it can have been nothing else. On a screen with
 * colours they are shown, in pipes and files they are left out.
 */

/** Colours and styles, and the erasing of the rest of a line that goes with them. */
const COLOUR = /[\u001b\ufffd](\[[0-9;:]*[mK])/g;

export function programColours(text: string, areWanted: boolean): string {
  return text.replace(COLOUR, areWanted ? "\u001b$1" : "");
}
