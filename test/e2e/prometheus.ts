/** A strict reader of Prometheus' text format 0.0.4: what it does not like is an error. */

export type Metric = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;

/** Samples by the name of their family. Each family is told of once, with help and type first, and no sample twice. */
export function parseMetrics(text: string): ReadonlyMap<string, readonly Metric[]> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, Metric[]>();
  const seen = new Set<string>();
  let current = "";
  let type = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, word, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === "HELP") {
      if (!NAME.test(name) || families.has(name)) throw new Error(`a bad or second family: ${line}`);
      families.set(name, []);
      [current, type] = [name, ""];
    } else if (word === "TYPE") {
      if (name !== current || type !== "" || !/^(counter|gauge)$/.test(rest)) throw new Error(`a type that does not fit: ${line}`);
      type = rest;
      if ((type === "counter") !== name.endsWith("_total")) throw new Error(`${name} is a ${type}`);
    } else {
      const [, sample, labels = "", value] = SAMPLE.exec(line) ?? [];
      if (sample !== current || type === "" || seen.has(`${sample}{${labels}}`)) throw new Error(`a sample that does not fit: ${line}`);
      seen.add(`${sample}{${labels}}`);
      families.get(current)?.push({ labels: labelsOf(labels), value: Number(value?.replace("Inf", "Infinity")) });
    }
  }
  return families;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const match = LABEL.exec(text);
    if (match?.[1] === undefined || match[2] === undefined || match[1] in labels) throw new Error(`bad labels: ${text} at ${at}`);
    labels[match[1]] = match[2].replace(/\\(.)/g, (_all, character: string) => (character === "n" ? "\n" : character));
  }
  return labels;
}
