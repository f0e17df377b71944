/** The door to chance: words for names of files that must not be guessed or met by accident. */
import { randomInt } from "node:crypto";
import type { Random } from "../../doors.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_";

export function realRandom(): Random {
  return {
    word(length) {
      let word = "";
      while (word.length < length) word += LETTERS.charAt(randomInt(LETTERS.length));
      return word;
    },
  };
}
