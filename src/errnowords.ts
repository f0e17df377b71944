/** What the names of error numbers mean to people. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOTDIR: "not a directory",
  ENOEXEC: "no program that the kernel can run (a script needs a first line such as #!/bin/sh)",
  ENOMEM: "out of memory",
  ELOOP: "too many levels of symbolic links (ELOOP)",
  EIO: "input/output error (EIO)",
  EMFILE: "too many open files (EMFILE)",
  ENFILE: "too many open files on this host (ENFILE)",
  ETIMEDOUT: "no answer in time (ETIMEDOUT)",
  E2BIG: "arguments and environment are too long",
};

/** What a name such as ENOENT means to people; the name itself where nothing better is known. */
export function errnoWords(name: string): string {
  return WORDS[name] ?? name;
}
