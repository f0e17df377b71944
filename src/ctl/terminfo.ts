/**
 * Whether the terminal is one that is known to understand escape sequences. Without TERM, or with a name that nobody has described, it gets plain text,
 * as from the original's readline.
 */
import { existsSync } from "node:fs";
import path from "node:path";

/** Terminals that people have, where no descriptions are installed, as in small containers. */
const WELL_KNOWN =
  /^(xterm|screen|tmux|linux|vt[1-5]\d\d|rxvt|ansi|konsole|gnome|putty|cygwin|alacritty|kitty|foot|wezterm|st-|iterm|eterm|ghostty|contour)/;
const FOLDERS = ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo", "/usr/local/share/terminfo"];

export function knowsEscapes(environment: NodeJS.ProcessEnv): boolean {
  const name = environment["TERM"] ?? "";
  if (name === "dumb" || !/^[A-Za-z0-9][\w.+-]*$/.test(name)) return false;
  if (WELL_KNOWN.test(name)) return true;
  if (name === "unknown") return false;
  const { HOME: home, TERMINFO: own, TERMINFO_DIRS: more } = environment;
  const folders = [own, home === undefined ? undefined : path.join(home, ".terminfo"), ...(more ?? "").split(":"), ...FOLDERS];
  const first = name.charAt(0);
  return folders.some(
    (folder) =>
      folder !== undefined &&
      folder !== "" &&
      [first, first.charCodeAt(0).toString(16)].some((letter) => existsSync(path.join(folder, letter, name))),
  );
}
