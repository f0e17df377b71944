/** The numbers and texts by which clients know what went wrong. Numbers are never given out again; 5 is unused. (RPC-001) */

export const FAULTS = {
  UNKNOWN_METHOD: 1,
  INCORRECT_PARAMETERS: 2,
  BAD_ARGUMENTS: 3,
  SIGNATURE_UNSUPPORTED: 4,
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  BAD_SIGNAL: 11,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  FAILED: 30,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
  ALREADY_ADDED: 90,
  STILL_RUNNING: 91,
  CANT_REREAD: 92,
} as const;

/** Not a fault: the status of a good row in the results of the group and all forms. (RPC-004) */
export const SUCCESS = 80;

export type FaultName = keyof typeof FAULTS;

/** A refusal that clients get as an XML-RPC fault. */
export type Fault = {
  readonly fault: FaultName;
  readonly detail: string | null;
  /** A plug-in's fault has a number and a text of its own. */
  readonly own?: { readonly code: number; readonly text: string };
};

/**
 * A value of a type on which the original stumbles: it answers with HTTP status 500 (RPC-014), inside a multicall with FAILED (RPC-197).
 * `error` is the name of Python's exception.
 */
export type Stumble = { readonly stumble: { readonly error: string; readonly message: string } };

export type Failure = Fault | Stumble;

export function fault(name: FaultName, detail: string | null = null): Fault {
  return { fault: name, detail };
}

export function faultCode({ fault: name, own }: Fault): number {
  return own?.code ?? FAULTS[name];
}

/** `BAD_NAME: foo`, or the name alone. (RPC-002) */
export function faultText({ fault: name, detail, own }: Fault): string {
  if (own !== undefined) return own.text;
  return detail === null ? name : `${name}: ${detail}`;
}

export function isFault(failure: Failure): failure is Fault {
  return "fault" in failure;
}
