// `npm start`: installs and builds what is missing, then runs supervisord in the foreground on examples/quickstart.
import "./supported.mjs";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { buildEverything } from "./everything.mjs";
import { inRoot } from "./places.mjs";
import { runMain, styled } from "./progress.mjs";
import { CONFIGURATION, isRunning, prepareQuickstart, programsAreUp, RUN, SOCKET } from "./quickstart.mjs";

let ending = false;

await runMain(async () => {
  await buildEverything();
  mkdirSync(RUN, { recursive: true });
  if (await isRunning()) {
    console.log(
      `It is running already, on ${SOCKET}.\nLook at it:   ${controlCommand("status")}\nStop it:      ${controlCommand("shutdown")}`,
    );
    return 1;
  }
  const { page, programs } = await prepareQuickstart();
  const addresses = [
    "",
    styled("bold", "Holdfast runs examples/quickstart"),
    `  socket      ${SOCKET}`,
    `  web page    ${page}`,
    ...programs.map(({ name, says }) => `  ${name.padEnd(11)} ${says}`),
    `  look        ${controlCommand("status")}`,
    `  kill it     pkill -9 -P $(${controlCommand("pid")}) -f '^holdfast: daemon'`,
    "              (the daemon alone: the programs run on, look again)",
    "  stop        Ctrl-C",
    "",
  ].join("\n");
  const running = runSupervisord();
  // The addresses come last, so that the lines about what was started do not push them out of sight.
  void programsAreUp(CONFIGURATION, SOCKET).then(() => {
    if (!ending) console.log(addresses);
  });
  return await running;
});

/** @param {string} words */
function controlCommand(words) {
  return `bin/supervisorctl -c ${CONFIGURATION} ${words}`;
}

/** @returns {Promise<number>} its exit code */
function runSupervisord() {
  const child = spawn(inRoot("bin", "supervisord"), ["-n", "-c", CONFIGURATION], { cwd: inRoot(), stdio: "inherit" });
  // What is typed at a terminal reaches the whole group by itself; a second one would mean something else.
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])) {
    process.on(signal, () => {
      if (signal !== "SIGHUP") ending = true;
      if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      ending = true;
      resolve(code ?? 1);
    });
  });
}
