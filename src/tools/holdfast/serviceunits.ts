/** What starts supervisord with the host: the unit of systemd, which packages ship too, and scripts for sysvinit and OpenRC. (BOOT-004, PKG-026) */

export type Service = {
  /** Where `supervisord` and `supervisorctl` are. */
  readonly bin: string;
  readonly config: string;
  /** Of the unit, without its ending. */
  readonly name: string;
  /** One of a user's own instance of systemd. */
  readonly isUser: boolean;
};

export type InitSystem = "systemd" | "sysvinit" | "openrc";

/** In every file that we write, so that no other is taken for one of them. */
export const MADE_BY = "made by: holdfast service install";

const DESCRIPTION = "Supervisor process control system (Holdfast)";

/** The unit without a word about who made it, as a package ships it. */
export function systemdUnit({ bin, config, name, isUser }: Service): string {
  const online = isUser ? [] : ["After=network-online.target", "Wants=network-online.target"];
  const target = isUser ? "default.target" : "multi-user.target";
  const lines = [
    "[Unit]",
    `Description=${DESCRIPTION}`,
    "Documentation=man:supervisord(8) man:supervisord.conf(5)",
    ...online,
    "",
    "[Service]",
    "Type=notify",
    "NotifyAccess=main",
    `ExecStart=${unitWord(`${bin}/supervisord`)} -n --systemd -c ${unitWord(config)}`,
    `ExecReload=${unitWord(`${bin}/supervisorctl`)} -c ${unitWord(config)} update`,
    "KillMode=mixed",
    "Delegate=yes",
    "Restart=on-failure",
    "RestartSec=2",
    "TimeoutStopSec=300",
    "OOMPolicy=continue",
    "",
    "[Install]",
    `WantedBy=${target}`,
    ...(name === "supervisor" && !isUser ? ["Alias=holdfast.service"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** As systemd reads words: quotes, and specifiers and variables that are none. */
function unitWord(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/[\\"]/g, "\\$&")}"`;
}

/** A script for /etc/init.d, with nothing but sh. */
function sysvinit({ bin, config, name }: Service): string {
  return `#!/bin/sh
### BEGIN INIT INFO
# Provides:          ${name}
# Required-Start:    $remote_fs $network $named
# Required-Stop:     $remote_fs $network $named
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: ${DESCRIPTION}
### END INIT INFO
# ${MADE_BY}
DAEMON=${shellWord(`${bin}/supervisord`)}
CTL=${shellWord(`${bin}/supervisorctl`)}
CONFIG=${shellWord(config)}

is_up() {
  "$CTL" -c "$CONFIG" pid > /dev/null 2>&1
}

case "$1" in
  start)
    is_up || "$DAEMON" -c "$CONFIG"
    ;;
  stop)
    is_up || exit 0
    "$CTL" -c "$CONFIG" shutdown
    while is_up; do sleep 1; done
    ;;
  restart|force-reload)
    "$0" stop && "$0" start
    ;;
  reload)
    "$CTL" -c "$CONFIG" update
    ;;
  status)
    is_up || exit 3
    "$CTL" -c "$CONFIG" status
    exit 0
    ;;
  *)
    echo "Usage: $0 {start|stop|restart|reload|status}" >&2
    exit 2
    ;;
esac
`;
}

function openrc({ bin, config }: Service): string {
  return `#!/sbin/openrc-run
# ${MADE_BY}
description="${DESCRIPTION}"
supervisor=supervise-daemon
command=${shellWord(`${bin}/supervisord`)}
command_args=${shellWord(`-n -c ${shellWord(config)}`)}
extra_started_commands="reload"

depend() {
  need localmount
  after net
}

reload() {
  ebegin "Reading the configuration of $RC_SVCNAME again"
  ${shellWord(`${bin}/supervisorctl`)} -c ${shellWord(config)} update
  eend $?
}
`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function serviceText(system: InitSystem, service: Service): string {
  switch (system) {
    case "systemd":
      return `# ${MADE_BY}\n${systemdUnit(service)}`;
    case "sysvinit":
      return sysvinit(service);
    case "openrc":
      return openrc(service);
  }
}
