/** The bounds of this room: what one viewer, and all together, may cost. Each has its reason and a test that reaches it. */

/** Streams of states that are open at once; each further one gets 503. Those of logs are bounded by the connections of a server. */
export const VIEWERS_MAX = 256;

/** What a viewer may leave untaken before it misses things. A snapshot of 1000 processes is above it, and is sent all the same: one at a time. */
export const VIEWER_HELD_BYTES_MAX = 256 * 1024;

/** Changes are gathered for so long, so that a storm is one message. The first after a pause goes out at once. */
export const GATHER_MS = 50;

/** Events that are gathered for one message; what comes above it is told as missed. */
export const EVENTS_GATHERED_MAX = 500;

/** Between two looks at the machine's processes while somebody watches. */
export const USAGE_MS = 2000;
/** The second look comes soon, so that a new viewer need not wait for its first figures. */
export const FIRST_USAGE_MS = 400;
/** On a machine with very many processes looks are made less often: each takes at most this part of the time. */
export const USAGE_SHARE = 0.02;
/** But never less often: a viewer who hears nothing for longer may take the connection for dead. */
export const USAGE_MS_MAX = 10_000;

/** One piece of a log. */
export const LOG_PIECE_BYTES_MAX = 1024 * 1024;
export const LOG_PIECE_BYTES = 64 * 1024;
/** Logs in one stream. */
export const LOGS_AT_ONCE_MAX = 16;
/** A stream that says nothing for so long says that it is alive, for the proxies on the way. */
export const ALIVE_MS = 25_000;

/** What is read of a log's end to find the last words in it, and what is shown of them. */
export const LAST_LINES_BYTES = 4096;
export const LAST_LINES = 5;
export const LAST_LINE_CHARACTERS = 400;
/** The keeper writes a log a moment after the process is gone. */
export const LAST_LINES_DELAY_MS = 150;
/** Logs whose ends are read at once. */
export const LAST_LINES_AT_ONCE = 16;

/** The body of a request: the keeper takes 1 MiB for a standard input, and JSON escapes need more. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Lists and objects inside each other in a request. */
export const BODY_DEPTH_MAX = 32;

/** Logs that are looked at at once for their sizes. */
export const STATS_AT_ONCE = 16;
