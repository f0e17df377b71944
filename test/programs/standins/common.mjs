// What the stand-ins of the cookbook's tests share: the journal that all programs of a set-up write in turn, and a client of the stand-in for Redis.
import { appendFileSync } from "node:fs";
import { connect } from "node:net";

/** The process as the test knows it. */
export const NAME = process.env["SUPERVISOR_PROCESS_NAME"] ?? "?";

/**
 * A line in the journal of the set-up: the order of these is the order in which things happened.
 * @param {string} what
 */
export function note(what) {
  const journal = process.env["JOURNAL"];
  if (journal !== undefined) appendFileSync(journal, `${NAME} ${what}\n`);
}

/**
 * What a server answers to a line, to the end of its first line.
 * @param {number | string} where a port of loopback, or a path
 * @param {string} line
 * @returns {Promise<string>}
 */
export function ask(where, line) {
  return new Promise((resolve, reject) => {
    const socket = typeof where === "number" ? connect(where, "127.0.0.1") : connect(where);
    let text = "";
    socket.setEncoding("utf8").on("data", (more) => {
      text += more;
      if (!text.includes("\n")) return;
      socket.destroy();
      resolve(text.slice(0, text.indexOf("\n")).trim());
    });
    socket.on("error", reject).on("close", () => reject(new Error("closed without an answer")));
    socket.write(`${line}\n`);
  });
}

/**
 * The value behind an option of the command line: `--name value` or `--name=value`.
 * @param {string} name
 */
export function option(name) {
  const words = process.argv.slice(2);
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
  return at < 0 ? undefined : words[at] === name ? words[at + 1] : words[at]?.slice(name.length + 1);
}

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
