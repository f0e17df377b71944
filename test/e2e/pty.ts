/** A command on a terminal of its own, by Python's pty module: keys go in when something was seen, and all that came out is given back. */
import { run } from "./instance.ts";

const SCRIPT = `
import json, os, pty, select, sys, time
spec = json.load(sys.stdin)
pid, fd = pty.fork()
if pid == 0:
    os.environ.clear(); os.environ.update(spec["env"])
    os.execv(spec["argv"][0], spec["argv"])
said = b""; at = 0; ended = False; deadline = time.time() + spec["seconds"]
def read():
    global said, ended
    if not select.select([fd], [], [], 0.05)[0]: return
    try: piece = os.read(fd, 65536)
    except OSError: piece = b""
    if not piece: ended = True
    said += piece
for wanted, keys in spec["steps"]:
    while not ended and time.time() < deadline:
        found = said.find(wanted.encode(), at)
        if found >= 0: at = found + len(wanted.encode()); break
        read()
    if not ended: os.write(fd, keys.encode())
while not ended and time.time() < deadline: read()
if not ended: os.kill(pid, 9)
json.dump({"text": said.decode("utf8", "replace"), "ended": ended, "code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}, sys.stdout)
`;

export type OnTerminal = { readonly text: string; readonly ended: boolean; readonly code: number };

/** Each step waits for a text behind what the one before saw, then types. null: there is no python3. */
export async function onTerminal(
  argv: readonly string[],
  steps: readonly (readonly [wanted: string, keys: string])[],
  env: Readonly<Record<string, string>> = {},
  seconds = 60,
): Promise<OnTerminal | null> {
  const { TERM: _, ...inherited } = process.env;
  const input = JSON.stringify({ argv, steps, env: { ...inherited, ...env }, seconds });
  const { code, stdout, stderr } = await run("python3", ["-c", SCRIPT], { input }).catch(() => ({ code: 127, stdout: "", stderr: "" }));
  if (code === 127) return null;
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as OnTerminal;
}
