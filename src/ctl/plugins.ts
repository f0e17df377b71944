/**
 * Commands of the user's own: `[ctlplugin:NAME]` with `supervisor.ctl_factory = MODULE:FUNCTION`, where MODULE is a JavaScript file (relative to the
 * configuration) or a package. FUNCTION is called with a controller and the section's other options, and every method `do_X` of what it returns
 * becomes the command X. (CTL-175..CTL-181) Python's plug-ins cannot be loaded; that is said at once, as for any that cannot be found.
 */
import path from "node:path";
import type { ConfigError } from "../config/model.ts";
import { NO_SUCH_PLUGIN, parsePluginName, unresolved } from "../config/pluginnames.ts";
import { importFunction } from "../plugin/importing.ts";
import type { Controller, CtlPluginFactory } from "../plugin/types.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Failure } from "./client/failure.ts";
import { pythonError } from "./errorline.ts";
import { EXIT } from "./exit.ts";
import type { CommandRow, Session } from "./session.ts";
import type { CtlPluginConfig } from "./settings.ts";
import { upcheck } from "./upcheck.ts";

/** A method of a plug-in. What `do_X` returns, if it is true, ends the shell. */
type Method = (argument?: string) => unknown;
type Plugin = { readonly [name: string]: unknown };

/** Puts the plug-ins' commands behind the built-in ones, which win over one of the same name. (CTL-177) */
export async function addPlugins(session: Session, cwd: string): Promise<Result<true, ConfigError>> {
  for (const config of session.settings.plugins) {
    const factory = await loadFactory(config, folderOf(session, cwd));
    if (!factory.ok) return factory;
    const made = await attempt(() => factory.value(controllerOf(session), config.options));
    if (!made.ok) return refuse(cannotUse(config, pythonError(made.error).text));
    const plugin = (made.value ?? {}) as Plugin;
    session.commands = [...session.commands, ...rowsOf(config.name, plugin, session)];
  }
  return ok(true);
}

async function loadFactory(config: CtlPluginConfig, folder: string): Promise<Result<CtlPluginFactory, ConfigError>> {
  const name = parsePluginName(config.factory);
  const found = name === null ? refuse(NO_SUCH_PLUGIN) : await importFunction(name, folder);
  return found.ok ? ok(found.value as unknown as CtlPluginFactory) : refuse(cannotUse(config, found.error));
}

function cannotUse({ name, factory, place }: CtlPluginConfig, why: string): ConfigError {
  const hint = "name a JavaScript module and a function in it, such as ./commands.mjs:make; plug-ins in Python cannot be loaded";
  return { message: unresolved(factory, `ctlplugin:${name}`, why), file: null, line: null, excerpt: null, ...place, hint };
}

function folderOf(session: Session, cwd: string): string {
  const { configFile } = session.settings;
  return configFile === null ? cwd : path.dirname(path.resolve(cwd, configFile));
}

function rowsOf(source: string, plugin: Plugin, session: Session): readonly CommandRow[] {
  const names = methodNames(plugin)
    .filter((name) => name.startsWith("do_"))
    .map((name) => name.slice("do_".length));
  const taken = new Set(session.commands.map((command) => command.name));
  return names
    .filter((name) => !taken.has(name))
    .map((name) => ({
      name,
      usage: helpOf(plugin, name),
      more: [],
      completes: "nothing",
      options: [],
      json: null,
      source,
      load: async () => ({
        run: async (_session, { text }) => {
          const outcome = await attempt(() => (plugin[`do_${name}`] as Method).call(plugin, text));
          if (outcome.ok && outcome.value) session.isLeaving = true;
          return outcome;
        },
      }),
    }));
}

/** Also those of its classes. */
function methodNames(plugin: Plugin): readonly string[] {
  const names = new Set<string>();
  for (let at: object | null = plugin; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) if (typeof plugin[name] === "function") names.add(name);
  }
  return [...names].sort();
}

/** `help_X` is a text here, or a method that returns one. (CTL-176) */
function helpOf(plugin: Plugin, name: string): readonly string[] {
  const help = plugin[`help_${name}`];
  const text = typeof help === "function" ? (help as Method).call(plugin) : help;
  return typeof text === "string" ? text.split("\n") : [];
}

/** (CTL-180) */
async function attempt(work: () => unknown): Promise<Result<unknown, Failure>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof CallFailed) return refuse(error.failure);
    return refuse({
      kind: "unexpected",
      error: error instanceof Error ? error.name : "Error",
      text: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The way of a failure through the plug-in's code. */
class CallFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(pythonError(failure).text);
    this.failure = failure;
  }
}

function controllerOf(session: Session): Controller {
  return {
    output: (line) => session.say(line, true),
    get exitstatus() {
      return session.exit;
    },
    set exitstatus(exit) {
      session.exit = exit;
    },
    get serverurl() {
      return session.serverUrl;
    },
    async call(method, ...params) {
      const answer = await session.supervisor.call(method, params);
      if (!answer.ok) throw new CallFailed(answer.error);
      return answer.value as never; // what the daemon's methods promise
    },
    async upcheck() {
      const up = await upcheck(session);
      if (!up.ok) throw new CallFailed(up.error);
      if (!up.value && session.exit === 0) session.exit = EXIT.GENERIC;
      return up.value;
    },
  };
}
