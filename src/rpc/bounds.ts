/** The bounds of this room: what one call may cost. Each has its reason and a test that reaches it. */

/** Elements inside each other. A value in an array takes three levels, in a struct four; no method needs more than five values deep. */
export const XML_DEPTH_MAX = 100;

/** `<` and `&` in one request. The parser holds up the loop about a millisecond per thousand; a multicall of 2,000 calls has 80,000. */
export const XML_MARKUP_MAX = 100_000;

/** Calls whose text is remembered with what it means: clients that poll send the same few bytes again and again. */
export const KNOWN_CALLS_MAX = 64;
export const KNOWN_CALL_BYTES_MAX = 1024;

/** One answer of a read or tail method. Above the size at which logs are rotated by default (50 MB), so that a whole log can be read at once. */
export const LOG_READ_BYTES_MAX = 64 * 1024 * 1024;

/** A log is read and written as XML in pieces of this size, so that a long one does not hold up the loop. */
export const LOG_SLICE_BYTES = 256 * 1024;

/** Reads of more than one slice that may be under way; others wait in line. */
export const LARGE_READS_MAX = 2;

/** Of a request that is shown in the activity log. */
export const SHOWN_REQUEST_MAX = 2000;

/** Arrays and structs inside each other in what a plug-in gives. */
export const VALUE_DEPTH_MAX = 32;

/** XML-RPC knows 32 bits. (RPC-042) */
export const INT_MIN = -2_147_483_648;
export const INT_MAX = 2_147_483_647;
