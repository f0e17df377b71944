/** What a child writes, in the activity log at level debug and below. */
import { quoted } from "../config/quoting.ts";
import { bytesRepr, textOf } from "./undecodable.ts";

export type Channel = "stdout" | "stderr";

/** (LOG-065, LOG-066, LOG-142) */
export function echoText(name: string, channel: Channel, data: Uint8Array): string {
  return `${quoted(name)} ${channel} output:\n${textOf(data)}`;
}

/** What a listener says in its protocol is shown as Python shows bytes. (LOG-068) */
export function protocolEchoText(name: string, channel: Channel, data: Uint8Array): string {
  return `${quoted(name)} ${channel} output:\n${bytesRepr(data)}`;
}

/** (LOG-086, LOG-143) */
export function commEventText(name: string, channel: Channel): string {
  return `${quoted(name)} ${channel} emitted a comm event`;
}
