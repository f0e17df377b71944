// What examples/quickstart needs of this machine: the programs that are installed, ports that are free. What differs from the example as it stands
// is written to run/found.conf, which it includes: a section that comes again there adds to the first one.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { onPath } from "./command.mjs";
import { inRoot } from "./places.mjs";
import { Stop } from "./progress.mjs";

const FOLDER = inRoot("examples", "quickstart");
export const RUN = path.join(FOLDER, "run");
export const SOCKET = path.join(RUN, "supervisor.sock");
/** From the root, as a user would type it. */
export const CONFIGURATION = "examples/quickstart/supervisord.conf";

/** As they stand in supervisord.conf and nginx.conf; the next free one is taken instead of one in use. */
const PORTS = { page: 9001, web: 8080, nginx: 8081, redis: 6390 };
const PORTS_TRIED = 50;
/** sun_path of Linux, less the zero at its end. */
const SOCKET_PATH_BYTES = 107;

/** Whether somebody answers on the socket. */
export function isRunning(at = SOCKET) {
  return new Promise((/** @type {(answer: boolean) => void} */ resolve) => {
    const socket = connect(at);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/**
 * Resolves when every program runs, or will not, or after ten seconds.
 * @param {string} configuration
 * @param {string} socket which need not be there yet; its folder has to be
 */
export async function programsAreUp(configuration, socket) {
  await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    // A socket that was left behind is there and answers nobody.
    const watcher = watch(path.dirname(socket), { persistent: false }, look);
    async function look() {
      if (!(await isRunning(socket))) return;
      watcher.close();
      resolve();
    }
    void look();
  });
  const words = ["-c", configuration, "wait", "all", "--timeout", "10"];
  const child = spawn(inRoot("bin", "supervisorctl"), words, { cwd: inRoot(), stdio: "ignore" });
  await new Promise((resolve) => child.on("error", resolve).on("exit", resolve));
}

/**
 * Writes run/found.conf.
 * @returns {Promise<{ page: string, programs: { name: string, says: string }[] }>} what there is to see
 */
export async function prepareQuickstart() {
  if (Buffer.byteLength(SOCKET) > SOCKET_PATH_BYTES) {
    throw new Stop(
      `The path of the socket, ${SOCKET}, is longer than the ${SOCKET_PATH_BYTES} bytes that the system allows: move the checkout nearer to /.`,
    );
  }
  mkdirSync(RUN, { recursive: true });
  const ports = await freePorts();
  const sections = [];
  if (ports.page !== PORTS.page) sections.push(`[inet_http_server]\nport=127.0.0.1:${ports.page}`);
  if (ports.web !== PORTS.web) sections.push(`[program:web]\nenvironment=PORT="${ports.web}"`);
  const programs = [{ name: "web", says: `http://127.0.0.1:${ports.web}/` }];

  const redis = onPath("redis-server");
  programs.push({ name: "redis", says: redis === null ? "left out: redis-server is not installed" : `127.0.0.1:${ports.redis}` });
  if (redis !== null) sections.push(redisSection(redis, ports.redis));

  const nginx = onPath("nginx", ["/usr/sbin", "/usr/local/sbin"]);
  programs.push({
    name: "nginx",
    says: nginx === null ? "left out: nginx is not installed" : `http://127.0.0.1:${ports.nginx}/ (in front of web)`,
  });
  if (nginx !== null) sections.push(nginxSection(nginx, ports));

  writeFileSync(path.join(RUN, "found.conf"), `; Written by scripts/start.mjs.\n\n${sections.join("\n\n")}\n`);
  return { page: `http://127.0.0.1:${ports.page}/`, programs };
}

/** @param {string} file @param {number} port */
function redisSection(file, port) {
  return [
    "[program:redis]",
    `command="${file}" --bind 127.0.0.1 --port ${port} --save "" --appendonly no --daemonize no`,
    "directory=%(here)s",
    "stdout_logfile=%(here)s/redis.log",
    "redirect_stderr=true",
  ].join("\n");
}

/** @param {string} file @param {typeof PORTS} ports */
function nginxSection(file, ports) {
  const text = readFileSync(path.join(FOLDER, "nginx.conf"), "utf8");
  const own = text.replace(`:${PORTS.nginx};`, `:${ports.nginx};`).replace(`:${PORTS.web};`, `:${ports.web};`);
  writeFileSync(path.join(RUN, "nginx.conf"), own);
  return [
    "[program:nginx]",
    `command="${file}" -e stderr -p "%(here)s" -c "%(here)s/nginx.conf"`,
    "stopsignal=QUIT",
    "priority=200",
    "stdout_logfile=%(here)s/nginx.log",
    "redirect_stderr=true",
  ].join("\n");
}

/** @returns {Promise<typeof PORTS>} */
async function freePorts() {
  const found = { ...PORTS };
  const taken = new Set();
  for (const name of /** @type {(keyof typeof PORTS)[]} */ (Object.keys(PORTS))) {
    found[name] = await freePort(PORTS[name], taken);
    taken.add(found[name]);
  }
  return found;
}

/** @param {number} first @param {ReadonlySet<number>} taken */
async function freePort(first, taken) {
  for (let port = first; port < first + PORTS_TRIED; port++) if (!taken.has(port) && (await isFree(port))) return port;
  throw new Stop(`No port from ${first} to ${first + PORTS_TRIED - 1} is free on 127.0.0.1.`);
}

/** @param {number} port */
function isFree(port) {
  return new Promise((/** @type {(answer: boolean) => void} */ resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
