/** The bounds of this room: what one client, and all together, may cost. Each has its reason and a test that reaches it. */

/** Request line and headers. The longest honest ones carry a namespec and a password. Above it: status 431. */
export const HEAD_BYTES_MAX = 32 * 1024;

/** From the connection until the first request's head is complete. */
export const HEAD_MS_MAX = 10_000;

/** One XML-RPC call. The keeper takes 1 MiB for a standard input; base64 and escapes need more. Above it: status 413. */
export const CALL_BYTES_MAX = 4 * 1024 * 1024;

/** A form of the web pages: an action and a name. */
export const FORM_BYTES_MAX = 64 * 1024;

/** All bodies together that have not been answered yet: four of the largest. Above it: status 503. */
export const BODIES_BYTES_MAX = 16 * 1024 * 1024;

/** From the head until the body is complete. */
export const BODY_MS_MAX = 60_000;

/** A client that takes nothing of its answer for so long is cut off. */
export const STALL_MS_MAX = 60_000;

/** Behind the last answer of a connection: for so long, and so much, what the client still sends is thrown away, so that it reads the answer. */
export const LINGER_MS_MAX = 30_000;
export const LINGER_BYTES_MAX = 64 * 1024 * 1024;

/** Per server. When it is reached the connection that has been idle longest makes room; when none is idle the newcomer is refused. */
export const CONNECTIONS_MAX = 512;

/** Requests on one connection that wait for their answers. */
export const PIPELINED_MAX = 64;

/** All answers together that clients have not taken yet, counted from ANSWER_COUNTED up. Above it: status 503. */
export const ANSWERS_BYTES_MAX = 256 * 1024 * 1024;
export const ANSWER_COUNTED = 64 * 1024;

/** A piece of a log that is followed, and of a long answer: what is written before the client must have taken some. */
export const PIECE_BYTES = 64 * 1024;

/** What tail.html shows at most. */
export const TAIL_PAGE_BYTES_MAX = 1024 * 1024;

/** Passwords that wait to be checked with scrypt, one after the other, some 50 ms each. Above it one of the peer that has most in line gets 503. */
export const SCRYPT_WAITING_MAX = 256;
