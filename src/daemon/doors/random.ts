/** The door to chance: words for names of files that must not be guessed or met by accident, and salts. */
import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "../../doors.ts";

const SALT_BYTES = 16;
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

/** For the hash of a password: no two are the same. */
export function randomSalt(): Buffer {
  return randomBytes(SALT_BYTES);
}
