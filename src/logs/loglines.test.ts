import assert from "node:assert/strict";
import { test } from "node:test";
import { daemonMessages as say } from "./loglines.ts";

// Written out again, so that a text is changed in two places, on purpose.
const ROWS: readonly (readonly [row: string, said: string, expected: string])[] = [
  [
    "LOG-107",
    say.runningAsRoot(),
    "Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  If you intend to run as root, you can set user=root in the config file to avoid this message.",
  ],
  ["LOG-108", say.noAuthentication("unix_http_server"), "Server 'unix_http_server' running without any HTTP authentication checking"],
  ["LOG-109", say.pidfileNotWritten("/run/s.pid"), "could not write pidfile /run/s.pid"],
  ["LOG-110", say.directoryNotEntered("/x", "[Errno 2] No such file"), "can't chdir into '/x': [Errno 2] No such file"],
  ["LOG-118", say.exitRequested("SIGTERM"), "received SIGTERM indicating exit request"],
  ["LOG-118", say.restartRequested("SIGHUP"), "received SIGHUP indicating restart request"],
  ["LOG-118", say.restartIgnored("SIGHUP"), "ignored SIGHUP indicating restart request (shutdown in progress)"],
  ["LOG-122", say.childLogDirNotCleared(), "Could not clear childlog dir"],
  ["LOG-122", say.childLogNotRemoved("/tmp/it's"), `Failed to clean up "/tmp/it's"`],
  ["LOG-128", say.userSet(33), "Set uid to user 33 succeeded"],
  ["LOG-128", say.limitIncreased("NOFILE", 1024), "Increased RLIMIT_NOFILE limit to 1024"],
  ["LOG-129", say.interfaceReady("supervisor"), "RPC interface 'supervisor' initialized"],
  ["LOG-130", say.daemonizing(), "daemonizing the supervisord process"],
  ["LOG-130", say.directoryEntered("/srv"), "set current directory: '/srv'"],
  ["LOG-130", say.started(7), "supervisord started with pid 7"],
  ["LOG-134", say.orphanReaped(8, "exit status 0"), "reaped unknown pid 8 (exit status 0)"],
  ["LOG-135", say.reopenRequested("SIGUSR2"), "received SIGUSR2 indicating log reopen request"],
  ["LOG-135", say.reopening(), "supervisord logreopen"],
  ["LOG-135", say.activityLogReopening(), "reopening log file"],
  ["LOG-136", say.socketCreated("unix:///s"), "Creating socket unix:///s"],
  ["LOG-136", say.socketClosed("tcp://h:1"), "Closing socket tcp://h:1"],
  ["LOG-153", say.processState("a", "STOPPING"), "a state: STOPPING"],
  ["LOG-154", say.parentExiting(), "supervisord forked; parent exiting"],
  ["LOG-137", say.childQuit(), "received SIGCHLD indicating a child quit"],
  ["LOG-154", say.nothingRequested("SIGUSR1"), "received SIGUSR1 indicating nothing"],
];

test("LOG-107, LOG-108, LOG-109, LOG-110, LOG-118, LOG-122, LOG-128, LOG-129, LOG-130, LOG-134, LOG-135, LOG-136, LOG-137, LOG-153, LOG-154: the texts", () => {
  for (const [row, said, expected] of ROWS) assert.equal(said, expected, row);
});

test("every text of the table stands in this list", () => {
  assert.equal(ROWS.length, Object.keys(say).length);
});
