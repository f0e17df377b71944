/** The manual pages of docs/man, made from the tables of flags, commands and options by `npm run docs`. */
import type { Flag } from "../../src/config/commandline.ts";
import { type Option, SECTIONS, type SectionKind } from "../../src/config/optiontable.ts";
import { SUPERVISORD_PROGRAM } from "../../src/config/supervisord.ts";
import { COMMANDS } from "../../src/ctl/commandtable.ts";
import { SUPERVISORCTL_FLAGS } from "../../src/ctl/flags.ts";
import type { CommandOption, CommandRow } from "../../src/ctl/session.ts";
import { VERBS } from "../../src/tools/holdfast/verbs.ts";
import { EXAMPLES } from "./examples.ts";
import { argument, literal, type Page, page, paragraphs, section, tagged } from "./mdoc.ts";
import { isExtension, ownOptions } from "./reference.ts";
import { typeWords } from "./typewords.ts";

/** When the pages last changed in more than what the tables say. */
const DATE = "November 29, 2026";

const PLACES = ["../etc/supervisord.conf", "../supervisord.conf", "supervisord.conf", "etc/supervisord.conf"];
const SYSTEM_PLACES = ["/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"];

/** The pages by their place in the project. */
export function pages(): Readonly<Record<string, string>> {
  const all = [supervisord(), supervisorctl(), configuration(), sample(), pidproxy(), holdfast()];
  return Object.fromEntries(all.map((one) => [`docs/man/${one.name}.${one.section}`, page(one, DATE)]));
}

function supervisord(): Page {
  return {
    name: "supervisord",
    section: 8,
    brief: "run programs, and start them again when they end",
    body: [
      section("SYNOPSIS", ".Nm", ".Op Ar options"),
      section(
        "DESCRIPTION",
        ".Nm",
        "starts the programs of its configuration, watches them,",
        "keeps what they print, and lets clients such as",
        ".Xr supervisorctl 1",
        "control them.",
        ".Pp",
        paragraphs(
          "It is two processes. The keeper, whose pid is in the pid file, holds the programs and their output; the daemon decides. When the daemon dies, programs run on and a new daemon takes its place.",
          "Without -n it goes into the background.",
        ),
        flags(SUPERVISORD_PROGRAM.flags),
      ),
      section(
        "SIGNALS",
        tagged([
          ["Dv SIGTERM , SIGINT , SIGQUIT", "Stop all programs, by priority, and end."],
          ["Dv SIGHUP", "Read the configuration again and start everything anew."],
          ["Dv SIGUSR1", "Become what is installed now, without stopping a program."],
          ["Dv SIGUSR2", "Open all log files again."],
        ]),
      ),
      section(
        "ENVIRONMENT",
        tagged([
          ["Ev HOLDFAST_NODE", "The Node.js to run with, instead of the first on PATH."],
          ["Ev HOLDFAST_KEEPER", "The keeper to run with, instead of the one that is installed."],
        ]),
      ),
      section(
        "FILES",
        paragraphs("Without -c the configuration is the first of these that is there, the first two below the folder of the program:"),
        tagged([...PLACES, ...SYSTEM_PLACES].map((file) => [`Pa ${file}`, ""])),
      ),
      section(
        "EXIT STATUS",
        tagged([
          ["0", "It was told to end, or has gone into the background."],
          ["1", "It could not start, or something that it cannot do without failed."],
          ["2", "The command line is wrong, or the configuration is (with --check)."],
        ]),
        paragraphs(
          "With exit_on, or --exit-code-from, it ends as the program did: with its exit code, or with 128 and the number of its signal.",
        ),
      ),
      seeAlso("echo_supervisord_conf 1", "pidproxy 1", "supervisorctl 1", "supervisord.conf 5"),
    ],
  };
}

function supervisorctl(): Page {
  const commands = COMMANDS.filter(({ usage }) => usage.length > 0);
  return {
    name: "supervisorctl",
    section: 1,
    brief: "control programs that supervisord runs, and supervisord itself",
    body: [
      section("SYNOPSIS", ".Nm", ".Op Ar options", ".Op Ar action Op Ar argument ..."),
      section(
        "DESCRIPTION",
        ".Nm",
        "does the action and ends; without an action it is a shell that reads actions.",
        ".Pp",
        paragraphs(
          "A process is named as `status` shows it: `web`, `group:web`, all of a group as `group:*`, all processes as `all`. Where names of processes are taken, a name may be a pattern, such as `'web-*'`.",
        ),
        flags(SUPERVISORCTL_FLAGS),
      ),
      section("COMMANDS", ...commands.map(action)),
      section(
        "EXIT STATUS",
        tagged([
          ["0", "Done; of status: all processes that were asked for run."],
          ["1", "Something failed, or supervisord cannot be reached (status: 4)."],
          ["2", "The command line or the action is wrong."],
          ["3", "status: a process does not run."],
          ["4", "status: there is no such process, or supervisord cannot be reached."],
          ["7", "A program could not be started, or did not stay up, or was not running."],
        ]),
      ),
      seeAlso("supervisord.conf 5", "supervisord 8"),
    ],
  };
}

/** Each line of a usage is what to type, tabs, and what it does. */
function action({ name, usage, more, options }: CommandRow): string {
  const lines = usage.flatMap((line): [string, string][] => {
    const [use = "", does] = line.split(/\t+/);
    return use.trim() === "" || does === undefined ? [] : [[`Ic ${argument(use.trim())}`, paragraphs(sentence(does.trim()))]];
  });
  const notes = usage.filter((line) => line.trim() !== "" && !line.trim().includes("\t"));
  const rows = options.map((option): [string, string] => [optionTag(option), paragraphs(sentence(option.help))]);
  return [
    `.Ss ${name}`,
    tagged(lines),
    ...(notes.length + more.length > 0 ? [paragraphs(...notes.map((note) => note.trim()), ...more)] : []),
    ...(rows.length > 0 ? [tagged(rows)] : []),
  ].join("\n");
}

function configuration(): Page {
  return {
    name: "supervisord.conf",
    section: 5,
    brief: "configuration of supervisord and supervisorctl",
    body: [
      section(
        "DESCRIPTION",
        paragraphs(
          "Sections begin with their name in brackets. An option is `name=value`; a line that is indented more than its option continues the value; what follows a `;` or `#` at the beginning of a line, or a blank and a `;`, is a comment.",
          "In values `%(here)s` is the folder of the file, `%(ENV_X)s` the variable X of the environment that supervisord was started with, `%(program_name)s` and `%(process_num)d` the names of a program and the number of a process. A literal `%` is written `%%`.",
          "`supervisord --check` finds every mistake, with its file and line, and starts nothing.",
        ),
      ),
      ...SECTIONS.map(sectionOfFile),
      seeAlso("echo_supervisord_conf 1", "supervisorctl 1", "supervisord 8"),
    ],
  };
}

function sectionOfFile(kind: SectionKind): string {
  const header = kind.header.endsWith(":") ? `${kind.header}x` : kind.header;
  const example = EXAMPLES[kind.header];
  const rows = ownOptions(kind);
  return [
    `.Sh THE SECTION ${header.toUpperCase()}`,
    paragraphs(
      `${kind.brief.en}.`,
      ...(isExtension(kind) ? ["All options of program:x, and:"] : []),
      ...(kind.more === undefined ? [] : [kind.more.en]),
    ),
    ...(rows.length === 0 ? [] : [tagged(rows.map(([name, option]) => [`Cm ${argument(name)}`, optionText(option)]))]),
    ...(example === undefined ? [] : [".Pp", "Example:", literal(example.trim())]),
  ].join("\n");
}

function optionText(option: Option): string {
  const given = option.isRequired ? "required" : option.default === null ? (option.unset?.en ?? "") : `\`${option.default}\``;
  const value = typeWords(option).words.en;
  return paragraphs(
    sentence(option.brief.en),
    ...(option.more === undefined ? [] : [option.more.en]),
    `Value: ${value}. Default: ${given || "empty"}.`,
  );
}

function sample(): Page {
  return {
    name: "echo_supervisord_conf",
    section: 1,
    brief: "print a sample configuration of supervisord",
    body: [
      section("SYNOPSIS", ".Nm"),
      section(
        "DESCRIPTION",
        ".Nm",
        paragraphs("prints a configuration with all sections, which can be used as it is. It reads nothing and ignores its arguments."),
      ),
      section("EXAMPLES", literal("echo_supervisord_conf > supervisord.conf")),
      seeAlso("supervisord.conf 5", "supervisord 8"),
    ],
  };
}

function pidproxy(): Page {
  return {
    name: "pidproxy",
    section: 1,
    brief: "give signals on to the process in a pid file",
    body: [
      section("SYNOPSIS", ".Nm", ".Ar pidfile", ".Ar command", ".Op Ar argument ..."),
      section(
        "DESCRIPTION",
        ".Nm",
        paragraphs(
          "runs the command and sends the signals that it gets to the process whose pid stands in the file, for programs that put their work into another process.",
        ),
      ),
      section(
        "EXIT STATUS",
        paragraphs("That of the command, or 128 and the number of the signal that ended it. After TERM, INT or QUIT that was given on: 0."),
      ),
      section("EXAMPLES", literal("[program:mysql]\ncommand=pidproxy /run/mysqld/mysqld.pid /usr/bin/mysqld_safe")),
      seeAlso("supervisord 8"),
    ],
  };
}

function holdfast(): Page {
  return {
    name: "holdfast",
    section: 1,
    brief: "what is done without a running supervisord",
    body: [
      section("SYNOPSIS", ".Nm", ".Ar verb", ".Op Ar options"),
      section("DESCRIPTION", paragraphs("Programs are run by supervisord and controlled by supervisorctl. For the rest there are verbs:")),
      ...VERBS.map(({ name, what, usage, flags: own }) =>
        section(
          `HOLDFAST ${name.toUpperCase()}`,
          paragraphs(sentence(what), ...(usage === "" ? [] : [`Usage: holdfast ${name} ${usage}`])),
          ...(own.length === 0 ? [] : [flags(own)]),
        ),
      ),
      seeAlso("supervisorctl 1", "supervisord 8"),
    ],
  };
}

function flags(all: readonly Flag[]): string {
  const shown = all.filter(({ hidden }) => hidden !== true);
  return tagged(
    shown.map(({ short, long, value, valueAlone, help }) => [flagTag(short, long, value, valueAlone), paragraphs(sentence(help))]),
  );
}

function flagTag(short: string | null, long: string | null, value: string | null, valueAlone?: string): string {
  const word = value === null ? "" : ` Ar ${value}`;
  const spelled = [
    short === null ? [] : [`Fl ${short}${word}`],
    long === null ? [] : [`Fl -${long}${valueAlone === undefined ? word : ` Ns Op = Ns Ar ${value}`}`],
  ];
  return spelled.flat().join(" , ");
}

function optionTag({ name, short, value, valueAlone }: CommandOption): string {
  return flagTag(short ?? null, name, value, valueAlone);
}

function sentence(text: string): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

function seeAlso(...pages: readonly string[]): string {
  return section("SEE ALSO", ...pages.map((one, index) => `.Xr ${one}${index < pages.length - 1 ? " ," : ""}`));
}
