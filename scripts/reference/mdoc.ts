/** Writes manual pages in mdoc, the language of mandoc and groff. Texts come as the tables have them, in plain words with a little Markdown. */

/** Running text of one line: Markdown's code and links become plain, and nothing in it is taken for a request. */
export function words(text: string): string {
  const plain = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/`([^`]*)`/g, "\u0001$1\u0002");
  const safe = plain.replaceAll("\\", "\\e").replaceAll("\u0001", "\\(oq").replaceAll("\u0002", "\\(cq").replaceAll("**", "");
  const ascii = safe.replaceAll(/[^\x00-\x7e]/gu, (sign) => `\\[u${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`);
  return ascii.replaceAll(/(^|\n)([.'])/g, "$1\\&$2");
}

/** Paragraphs; each sentence begins a line, as mdoc wants it, and no line is longer than 80 characters where a blank allows it. */
export function paragraphs(...texts: readonly string[]): string {
  return texts
    .map((text) =>
      words(text.replaceAll(/([^.]\.) (?=[A-Z`])/g, "$1\n"))
        .split("\n")
        .map(wrapped)
        .join("\n"),
    )
    .join("\n.Pp\n");
}

const WIDTH = 79;

function wrapped(line: string): string {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines.join("\n");
}

export function section(title: string, ...parts: readonly string[]): string {
  return [`.Sh ${title}`, ...parts].join("\n");
}

/** Entries with a tag, such as options: the tag is a request of mdoc already. */
export function tagged(entries: readonly (readonly [tag: string, text: string])[]): string {
  return [".Bl -tag -width Ds", ...entries.flatMap(([tag, text]) => [`.It ${tag}`, ...(text === "" ? [] : [text])]), ".El"].join("\n");
}

/** One word of a request, so that it is no macro and keeps its blanks. */
export function argument(text: string): string {
  return `"\\&${text.replaceAll("\\", "\\e").replaceAll('"', "\\(dq")}"`;
}

export function literal(text: string): string {
  return [".Bd -literal -offset indent", words(text), ".Ed"].join("\n");
}

export type Page = { readonly name: string; readonly section: 1 | 5 | 8; readonly brief: string; readonly body: readonly string[] };

/** `date` as `November 29, 2026`. */
export function page({ name, section: number, brief, body }: Page, date: string): string {
  const head = [`.\\" Made by npm run docs from the tables of the source.`, `.Dd ${date}`, `.Dt ${name.toUpperCase()} ${number}`, ".Os"];
  return `${[...head, ".Sh NAME", `.Nm ${name}`, `.Nd ${brief}`, ...body].join("\n")}\n`;
}
