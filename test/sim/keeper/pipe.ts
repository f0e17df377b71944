/** A pipe with the kernel's manners: a bounded buffer, as many writers as hold it, readable at its end when the last one has gone. */
export const PIPE_BYTES = 65_536;
/** So much is written whole or not at all. */
const ATOMIC_BYTES = 4096;

export class Pipe {
  readonly #parts: Uint8Array[] = [];
  size = 0;
  writers = 1;
  readerOpen = true;
  /** Called when there is something to read or the last writer has gone. */
  onReadable: () => void = () => {};
  /** Called when there is room again or the reader has gone. */
  onWritable: () => void = () => {};

  /** How many of the bytes were taken. A pipe without a reader takes all of them, as a program that ignores SIGPIPE sees it fail. */
  write(bytes: Uint8Array): number {
    if (!this.readerOpen) return bytes.length;
    const taken = Math.min(bytes.length, PIPE_BYTES - this.size);
    if (taken === 0 || (taken < bytes.length && bytes.length <= ATOMIC_BYTES)) return 0;
    this.#parts.push(bytes.slice(0, taken));
    this.size += taken;
    this.onReadable();
    return taken;
  }

  read(most: number): Uint8Array {
    const all = Buffer.concat(this.#parts);
    const bytes = new Uint8Array(all.subarray(0, most));
    this.#parts.length = 0;
    if (all.length > bytes.length) this.#parts.push(new Uint8Array(all.subarray(bytes.length)));
    this.size = all.length - bytes.length;
    if (bytes.length > 0) this.onWritable();
    return bytes;
  }

  closeWriter(): void {
    this.writers -= 1;
    if (this.writers === 0) this.onReadable();
  }

  closeReader(): void {
    this.readerOpen = false;
    this.#parts.length = 0;
    this.size = 0;
    this.onWritable();
  }

  get atEnd(): boolean {
    return this.size === 0 && this.writers === 0;
  }
}
