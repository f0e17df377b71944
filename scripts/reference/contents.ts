/** The contents of a page of the reference: each section with its options, since what people look for is the name of an option. */

/** @param parts the texts of the page in their order, the heading of the contents among them */
export function contentsText(parts: readonly string[], heading: string): string {
  const anchorOf = anchors();
  const sections: { readonly link: string; readonly options: string[] }[] = [];
  for (const [, level = "", text = ""] of parts.join("\n").matchAll(/^(#+) (.*)$/gm)) {
    const link = `[${text.replaceAll(/[[\]]/g, "\\$&")}](#${anchorOf(text)})`;
    if (level === "##" && text !== heading) sections.push({ link, options: [] });
    if (level === "###") sections.at(-1)?.options.push(link);
  }
  const lines = sections.map(({ link, options }) => `- ${[link, ...(options.length > 0 ? [options.join(" · ")] : [])].join(": ")}`);
  return [`## ${heading}`, lines.join("\n")].join("\n\n");
}

/** Addresses of headings as forges and the site make them: a heading that is there again gets a number. */
function anchors(): (heading: string) => string {
  const seen = new Map<string, number>();
  return (heading) => {
    const anchor = slug(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  };
}

export function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replace(/ /g, "-");
}
