/**
 * An interface for clients: `uptime.summary()` and `uptime.restartIfOlder(name, seconds)`.
 *
 *     [rpcinterface:uptime]
 *     supervisor.rpcinterface_factory = ./uptime.mjs:makeInterface
 *     unit = minutes
 *
 * @type {import("holdfast/plugin").RpcInterfaceFactory}
 */
export function makeInterface(supervisor, options) {
  const divisor = options.unit === "minutes" ? 60 : 1;

  /** Any function is a method. What it gives, or what its promise gives, is the answer. */
  async function summary() {
    const infos = await supervisor.call("supervisor.getAllProcessInfo");
    const running = infos.filter((info) => info.statename === "RUNNING");
    return Object.fromEntries(running.map((info) => [`${info.group}:${info.name}`, Math.floor((info.now - info.start) / divisor)]));
  }

  /** A described method: system.methodHelp and system.methodSignature know it, and clients cannot send too few or too many arguments. */
  const restartIfOlder = {
    help: "Restart a process that has been up for longer.",
    params: [
      { name: "name", type: "string", help: "group:name" },
      { name: "seconds", type: "int", help: "It is left alone when it is younger" },
    ],
    returns: { type: "boolean", help: "Whether it was restarted" },
    async call(name, seconds) {
      const info = await supervisor.call("supervisor.getProcessInfo", name);
      if (info.now - info.start < seconds) return false;
      await supervisor.call("supervisor.stopProcess", name);
      await supervisor.call("supervisor.startProcess", name);
      supervisor.log("info", `restarted ${name}: it was older than ${seconds} s`);
      return true;
    },
  };

  return { summary, restartIfOlder };
}
