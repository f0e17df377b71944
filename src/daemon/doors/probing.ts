/**
 * The door to what programs listen on: a connection is tried, or a page asked for, without ever holding up the loop. What could not be tried for want of
 * descriptors or memory is told apart from what failed: it says nothing about the program. (HLT-005)
 */
import { request } from "node:http";
import { connect } from "node:net";
import { addressesOf, authority } from "../../config/probes.ts";
import type { NetworkProbe, ProbeResult, ProbeTarget } from "../../doors.ts";

/** What the answer to a GET may have, its head included. */
const ANSWER_BYTES_MAX = 64 * 1024;
const OUTPUT_BYTES = 1024;
/** This host lacks something; the program may be well. */
const OURS: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EADDRNOTAVAIL"]);

/** Resolves always, after `timeoutMs` at the latest; an attempt that is called off resolves as one that took too long. */
export async function probeNetwork(probe: NetworkProbe, timeoutMs: number, calledOff: AbortSignal): Promise<ProbeResult> {
  const signal = AbortSignal.any([AbortSignal.timeout(Math.ceil(timeoutMs)), calledOff]);
  let last: ProbeResult = { result: "failed", text: "timed out", output: "" };
  for (const target of targetsOf(probe)) {
    last = probe.kind === "http" ? await ask(target, probe, signal) : await reach(target, signal);
    // Only a name that stands for two addresses has a second.
    if (last.result === "ok" || signal.aborted) return last;
  }
  return last;
}

function targetsOf(probe: NetworkProbe): readonly ProbeTarget[] {
  const to = probe.kind === "http" ? probe.to : probe;
  return to.kind === "tcp" ? addressesOf(to.host).map((host) => ({ ...to, host })) : [to];
}

function reach(target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect(optionsOf(target));
    const stop = (): void => end({ result: "failed", text: "timed out", output: "" });
    const end = (result: ProbeResult): void => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end({ result: "ok", text: "connected", output: "" }));
    // The listener stays: what comes after the end must not be an uncaught error.
    socket.on("error", (error) => end(failureOf(error)));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

function ask(target: ProbeTarget, { to, uri }: Extract<NetworkProbe, { kind: "http" }>, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const { host, port, path } = optionsOf(target);
    const sent = request({
      ...(path === undefined ? { host, port } : { socketPath: path }),
      path: uri,
      headers: { Host: to.kind === "unix" ? "localhost" : authority(to), Connection: "close", "User-Agent": "holdfast", Accept: "*/*" },
      agent: false,
      maxHeaderSize: ANSWER_BYTES_MAX,
      signal,
    });
    sent.on("error", (error) => resolve(signal.aborted ? { result: "failed", text: "timed out", output: "" } : failureOf(error)));
    sent.on("response", (response) => {
      const status = response.statusCode ?? 0;
      const output: Buffer[] = [];
      let length = 0;
      const end = (): void => {
        resolve({
          result: status >= 200 && status < 400 ? "ok" : "failed",
          text: `http ${status}`,
          output: Buffer.concat(output).toString("utf8", 0, OUTPUT_BYTES),
        });
        sent.destroy();
      };
      response.on("data", (bytes: Buffer) => {
        if (length < OUTPUT_BYTES) output.push(bytes.subarray(0, OUTPUT_BYTES - length));
        length += bytes.length;
        if (length >= ANSWER_BYTES_MAX) end();
      });
      // The status has said everything: a body that is slow, or cut off, changes nothing.
      response.on("error", end);
      response.on("close", end);
    });
    sent.end();
  });
}

function optionsOf(target: ProbeTarget): { host?: string; port: number; path?: string } {
  return target.kind === "unix" ? { path: target.path, port: 0 } : { host: target.host, port: target.port };
}

function failureOf(error: Error): ProbeResult {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (OURS.has(code)) return { result: "error", text: code, output: "" };
  return { result: "failed", text: code.startsWith("HPE_") ? "no HTTP answer" : code === "" ? "no answer" : code, output: "" };
}
