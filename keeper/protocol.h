/* Numbers of the protocol with the daemon. docs/keeper-protocol.md is the contract; a number, once given, is never given to something else. */
#pragma once

enum { PROTOCOL_VERSION = 2 }; /* 1 is spoken as well */
enum { TABLE_VERSION = 1 };    /* of what a keeper leaves to the one that replaces it; each reads all before its own */

/* By the compiler's command line; a keeper that was built by hand has none. */
#ifndef KEEPER_VERSION
#define KEEPER_VERSION "0"
#endif
#ifndef KEEPER_BUILD
#define KEEPER_BUILD "unknown"
#endif

enum frame_tag { FRAME_HELLO = 1, FRAME_BATCH = 2 };

enum effect_tag {
  EFFECT_SPAWN = 1, EFFECT_SIGNAL, EFFECT_SINK_OPEN, EFFECT_SINK_REOPEN, EFFECT_SINK_CLOSE, EFFECT_APPEND, EFFECT_STREAM, EFFECT_VERDICT,
  EFFECT_STDIN, EFFECT_LISTEN, EFFECT_UNLISTEN, EFFECT_DAEMONIZE, EFFECT_READY, EFFECT_RESTART_DAEMON, EFFECT_EXIT, EFFECT_BECOME,
  EFFECT_LIMIT, EFFECT_UMASK, EFFECT_FORGET_CHILD, EFFECT_UPGRADE, EFFECT_STDIN_CLOSE, EFFECT_DATAGRAM, EFFECT_ECHO,
  EFFECT_WRITTEN, EFFECT_SPAWN_WITH, EFFECT_SIGNAL_PROCESS, EFFECT_RECALL = 40,
};

enum report_tag {
  FRAME_WELCOME = 64, FRAME_CHILD, FRAME_SOCKET, FRAME_STORED, FRAME_SINK, FRAME_STREAM, FRAME_WELCOME_END, FRAME_DEATHS, FRAME_KEEPER,
  REPORT_SPAWNED = 80, REPORT_SPAWN_FAILED, REPORT_EXITED, REPORT_BLOCK, REPORT_EOF, REPORT_LIMIT, REPORT_IO_ERROR, REPORT_IO_RESUMED,
  REPORT_SIGNAL, REPORT_SIGNAL_FAILED, REPORT_STDIN_FAILED, REPORT_ORPHAN, REPORT_LISTENED, REPORT_SINK_OPENED, REPORT_DAEMONIZED,
  REPORT_BECAME, REPORT_LIMITED, REPORT_REFUSED, REPORT_UNKNOWN, REPORT_ECHOED, REPORT_NOTIFIED, REPORT_READY,
  REPORT_UPGRADING = 110, REPORT_UPGRADE, REPORT_RECALLED,
};

enum spawn_step {
  STEP_NONE, STEP_LOG_STDOUT, STEP_LOG_STDERR, STEP_PIPES, STEP_FORK,
  STEP_SETPGID, STEP_DESCRIPTORS, STEP_RLIMIT, STEP_SETGROUPS, STEP_SETGID, STEP_SETUID, STEP_CHDIR, STEP_UMASK, STEP_EXEC,
  STEP_ATTRIBUTE, STEP_SESSION, STEP_CGROUP, STEP_SCHEDULING, STEP_OOM, STEP_CAPABILITIES_RESERVED, STEP_NO_NEW_PRIVS,
  STEP_RLIMIT_FIRST = 32,     /* and the number of the resource */
};

/* Where an upgrade has ended: 1 a job that hangs, 2 it cannot be begun, 4 no table, 5 the new keeper does not take it, 7 exec, 8 the old one took it back. */
enum upgrade_step {
  UPGRADE_DONE, UPGRADE_FREEZE, UPGRADE_REFUSED, UPGRADE_TABLE = 4, UPGRADE_CHECK, UPGRADE_EXEC = 7, UPGRADE_RETURNED, UPGRADE_FORMER_DAEMON,
};

/* What `spawn-with` may add to a spawn; 6 to 8 are not given yet. */
enum attribute_kind {
  WITH_RLIMITS = 1, WITH_SESSION, WITH_NICE, WITH_OOM_SCORE_ADJ, WITH_NO_NEW_PRIVS, WITH_CGROUP = 9, WITH_READY_FD, WITH_NOTIFY, WITH_SUBREAPER,
};

enum listen_step { LISTEN_DONE, LISTEN_SOCKET, LISTEN_IN_USE, LISTEN_BIND, LISTEN_LISTEN, LISTEN_CHMOD, LISTEN_CHOWN, LISTEN_LINK };

enum refusal { REFUSED_MALFORMED = 1, REFUSED_STORE_FULL, REFUSED_VERSION, REFUSED_EFFECT };

enum { MODE_PLAIN = 0, MODE_ASKED = 1 };
enum { SINK_TRUNCATE = 1, SINK_REGULAR_ONLY = 2 };
enum { VERDICT_AS_IS, VERDICT_DROP, VERDICT_REPLACE };
enum { STALE_ERROR, STALE_TRY_CONNECT, STALE_REPLACE };
enum { FAMILY_UNIX, FAMILY_INET, FAMILY_INET6 };
enum { READY_NEWLINE, READY_END };
enum { CHILD_SPAWNING, CHILD_RUNNING, CHILD_ENDED };

/* Limits. */
enum {
  FRAME_MAX = 4 << 20,        /* bytes after the length */
  KEY_MAX = 512,              /* bytes of a state's key */
  STORE_MAX = 64 << 20,       /* bytes of keys and values */
  CHILDREN_MAX = 16384,
  BLOCK_BYTES = 64 << 10,     /* one block of an asked stream */
  BLOCKS_MAX = 64,            /* blocks of all asked streams that wait for their verdict */
  APPEND_MAX = 1 << 20,       /* bytes of append frames waiting per sink */
  STDIN_MAX = 1 << 20,        /* bytes waiting per child */
  MESSAGE_MAX = 4096,         /* bytes of a message to a notify socket */
  MESSAGES_MAX = 16,          /* of a child that wait for their acknowledgement */
  RESOURCE_MAX = 15,          /* the highest resource that the kernel has a number for */
  WORKERS_MAX = 256,
  LANE_MAX = 128,             /* of them for the files of one device */
  SPAWN_LANE_MAX = 32,        /* and for spawns whose logs are in one folder */
  SOCKETS_MAX = 64,
  RESERVED_FDS = 3,           /* for the next daemon: its connection, and one more */
  RESERVED_TASKS = 64,        /* twice what a daemon may need */
  UNSENT_MAX = 1 << 20,       /* bytes of volatile reports, before the keeper stops reading from a daemon that does not read */
  READ_MAX = 128 << 10,       /* one read of a plain stream */
  SHARE_MAX = 1 << 20,        /* bytes of one stream before the others have their turn */
  PIPE_BYTES = 1 << 20,       /* what a pipe is enlarged to, as root */
  GROUPS_MAX = 65536,
  UPGRADE_WAIT_MAX = 10000,   /* ms, for jobs under way */
  NICE_AHEAD = 5,             /* where allowed: keeper and daemon before the programs */
};

#define MS 1000000ull
enum { UNBOUND_UNIX = 4, UNBOUND_INET = 4, UNBOUND_INET6 = 2, UNBOUND_MAX = UNBOUND_UNIX + UNBOUND_INET + UNBOUND_INET6 };
