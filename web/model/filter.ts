/** The language of the search field: words that must occur in the name, `group:web`, `state:fatal,backoff`, `is:trouble`; a minus before a word excludes. */
import type { Row } from "./flapping.ts";
import { isTrouble } from "./states.ts";

export type Test = (row: Row) => boolean;

export function parseFilter(text: string): Test {
  const tests = text.split(/\s+/).filter(Boolean).map(testOf);
  return (row) => tests.every((test) => test(row));
}

/** The query with one term switched: there already, it goes. */
export function toggled(text: string, term: string): string {
  const words = text.split(/\s+/).filter(Boolean);
  return (words.includes(term) ? words.filter((word) => word !== term) : [...words, term]).join(" ");
}

function testOf(word: string): Test {
  if (word.startsWith("-") && word.length > 1) {
    const test = testOf(word.slice(1));
    return (row) => !test(row);
  }
  const [, key = "", value = ""] = /^(group|state|is):(.*)$/i.exec(word) ?? [];
  const values = value.toLowerCase().split(",").filter(Boolean);
  switch (key.toLowerCase()) {
    case "group":
      return ({ group }) => values.length === 0 || values.some((each) => group.toLowerCase() === each);
    case "state":
      return ({ state }) => values.length === 0 || values.some((each) => state.toLowerCase().startsWith(each));
    case "is":
      return (row) => (values.includes("trouble") ? isTrouble(row) : true);
    default:
      return ({ namespec, group }) => `${group}:${namespec}`.toLowerCase().includes(word.toLowerCase());
  }
}
