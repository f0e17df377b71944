/** The small C programs of test/programs, built when a test first asks for one. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./instance.ts";

/** The path of the executable made from test/programs/NAME.c. */
export function program(name: string): string {
  const source = path.join(ROOT, "test", "programs", `${name}.c`);
  const built = path.join(ROOT, "build", "programs", name);
  if (existsSync(built) && statSync(built).mtimeMs > statSync(source).mtimeMs) return built;
  mkdirSync(path.dirname(built), { recursive: true });
  execFileSync(process.env["CC"] ?? "cc", ["-O2", "-Wall", "-Wextra", "-o", built, source]);
  return built;
}
