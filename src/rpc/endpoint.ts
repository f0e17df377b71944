/**
 * From the bytes of a request to the XML of its answer, with what the log is told (LOG-114, LOG-116, LOG-146). Knows nothing of HTTP but the three
 * statuses that the original answers with.
 */
import { quoted } from "../config/quoting.ts";
import { ok, type Result } from "../result.ts";
import { KNOWN_CALL_BYTES_MAX, KNOWN_CALLS_MAX, SHOWN_REQUEST_MAX } from "./bounds.ts";
import type { Activity } from "./control.ts";
import { faultCode, faultText, isFault } from "./faults.ts";
import type { Answer, Calls } from "./method.ts";
import { type BadCall, type Call, readCall } from "./xmlread.ts";
import { writeAnswer, writeFault, type XmlAnswer } from "./xmlwrite.ts";

/** 400: not a call. 500: a value of a type on which the original stumbles. (RPC-013, RPC-216, RPC-217) */
export type Reply = { readonly status: 200; readonly xml: XmlAnswer } | { readonly status: 400 | 500 };

export class Endpoint {
  readonly #calls: Calls;
  readonly #activity: Activity;
  /** Clients that poll send the same bytes again and again: these are not read twice. The oldest goes when it is full. */
  readonly #known = new Map<string, Call>();

  constructor(calls: Calls, activity: Activity) {
    this.#calls = calls;
    this.#activity = activity;
  }

  /** At once where the method answers at once. */
  answer(body: Buffer): Reply | Promise<Reply> {
    const call = this.#read(body);
    if (!call.ok) {
      this.#activity.write("error", `XML-RPC request data ${shown(body)} is invalid: ${call.error}`);
      return { status: 400 };
    }
    const { method, params } = call.value;
    if (this.#activity.takes("trace")) this.#activity.write("trace", `XML-RPC method called: ${method}()`);
    const answer = this.#calls.call(method, params);
    return answer instanceof Promise ? answer.then((settled) => this.#reply(body, method, settled)) : this.#reply(body, method, answer);
  }

  #read(body: Buffer): Result<Call, BadCall> {
    if (body.length > KNOWN_CALL_BYTES_MAX) return readCall(body);
    const text = body.toString("latin1");
    const known = this.#known.get(text);
    if (known !== undefined) return ok(known);
    const call = readCall(body);
    if (!call.ok) return call;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= KNOWN_CALLS_MAX) this.#known.delete(oldest);
    this.#known.set(text, call.value);
    return call;
  }

  #reply(body: Buffer, method: string, answer: Answer): Reply {
    if (answer.ok) {
      if (this.#activity.takes("trace")) this.#activity.write("trace", `XML-RPC method ${method}() returned successfully`);
      return { status: 200, xml: writeAnswer(answer.value) };
    }
    const failure = answer.error;
    if (isFault(failure)) {
      const text = `XML-RPC method ${method}() returned fault: [${faultCode(failure)}] ${faultText(failure)}`;
      this.#activity.write("trace", text);
      return { status: 200, xml: writeFault(failure) };
    }
    const { error, message } = failure.stumble;
    this.#activity.write(
      "critical",
      `Handling XML-RPC request with data ${shown(body)} raised an unexpected exception: ${error}: ${message}`,
    );
    return { status: 500 };
  }
}

/** A request as Python shows a text, not more of it than a log should hold. */
function shown(body: Buffer): string {
  const text = quoted(body.toString("utf8", 0, SHOWN_REQUEST_MAX));
  return body.length > SHOWN_REQUEST_MAX ? `${text}... (${body.length} bytes)` : text;
}
