/**
 * A file is compressed into another, in pieces and in Node's thread pool; zlib is loaded when the first is. The new one has the mode, the owner and the time
 * of the old one, and is on the disk when this is done.
 */
import { constants } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { pathOf } from "../../bytes.ts";
import type { Compressed, Errno } from "../../doors.ts";
import { ok, type Result, refuse } from "../../result.ts";

const PIECE_BYTES = 64 * 1024;
const PERMISSION_BITS = 0o777;
/** Until it has its owner nobody else may read it. */
const OWN = 0o700;
const { O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The daemon's code is compiled beforehand, where an import at run time is not possible. */
function zlib(): Pick<typeof import("node:zlib"), "createGzip"> {
  return process.getBuiltinModule("node:zlib");
}

type Handle = Awaited<ReturnType<typeof open>>;

/** What is no regular file is EINVAL, a link ELOOP; what is at the new name is EEXIST. After a failure there is nothing at the new name. */
export async function gzipFile(from: string, to: string): Promise<Result<Compressed, Errno>> {
  const source = await open(pathOf(from), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  try {
    if (!(await source.stat()).isFile()) return refuse("EINVAL");
    const target = await open(pathOf(to), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWN & 0o600);
    try {
      return ok(await compress(source, target));
    } catch (error) {
      await unlink(pathOf(to)).catch(() => undefined);
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function compress(source: Handle, target: Handle): Promise<Compressed> {
  const { createGzip } = zlib();
  let size = 0;
  const pieces = async function* () {
    for (;;) {
      const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, null);
      if (bytesRead === 0) return;
      size += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  };
  await pipeline(pieces, createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const piece of compressed) await target.appendFile(piece);
  });
  const stats = await source.stat({ bigint: true });
  const { uid, gid } = await target.stat();
  const isItsOwners =
    (uid === Number(stats.uid) && gid === Number(stats.gid)) ||
    (await target.chown(Number(stats.uid), Number(stats.gid)).then(
      () => true,
      () => false,
    ));
  await target.chmod(Number(stats.mode) & (isItsOwners ? PERMISSION_BITS : OWN));
  await target.utimes(Number(stats.atimeMs) / 1000, Number(stats.mtimeMs) / 1000);
  await target.sync();
  return { device: stats.dev, inode: stats.ino, size };
}
