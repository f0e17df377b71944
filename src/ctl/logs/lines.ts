/** Bytes as they come, cut into lines. Cut on bytes, so that no character is ever cut; a line that never ends is given out in pieces. */

const LINE_BYTES_MAX = 1024 * 1024;
const LF = 0x0a;

export class LineCutter {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The lines that these bytes complete, without their ends. */
  take(bytes: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      this.#keep(bytes.subarray(start, end));
      lines.push(this.#complete());
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
    if (this.#restBytes > LINE_BYTES_MAX) lines.push(this.#complete());
    return lines;
  }

  /** What has no end yet; null when there is nothing. */
  flush(): string | null {
    return this.#restBytes === 0 ? null : this.#complete();
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }

  #complete(): string {
    const line = Buffer.concat(this.#rest, this.#restBytes).toString("utf8");
    this.#rest = [];
    this.#restBytes = 0;
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}
