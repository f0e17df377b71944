/** The message a listener reads: one header line, then the payload without a terminator. Exact: listeners parse it. */
import { codePoints, type EventBody } from "./payload.ts";

export type Envelope = EventBody & {
  readonly identifier: string;
  readonly pool: string;
  readonly serial: number;
  readonly poolSerial: number;
};

/** (EVT-056..059) */
export function envelopeBytes(envelope: Envelope): Uint8Array {
  const { identifier, pool, serial, poolSerial, name, payload } = envelope;
  const header = `ver:3.0 server:${identifier} serial:${serial} pool:${pool} poolserial:${poolSerial} eventname:${name} len:${codePoints(payload)}\n`;
  const first = new TextEncoder().encode(header);
  const whole = new Uint8Array(first.length + payload.length);
  whole.set(first);
  whole.set(payload, first.length);
  return whole;
}
