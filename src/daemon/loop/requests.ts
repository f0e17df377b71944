/**
 * What the keeper was asked and this daemon waits to hear of: each request has one reply. The keeper reports failures of signals and of bytes for stdin,
 * not their success; the reply to a ping behind them comes when they have been tried, so what has not been reported by then has worked.
 */
import { EFFECTS } from "../../link/keepereffects.ts";
import type { Listen, Report } from "../../link/messages.ts";
import { assert } from "../../result.ts";
import type { Numbers } from "./numbers.ts";
import type { Loop, Turn } from "./turn.ts";

const RECALL: number = EFFECTS.recall.tag;

type Question = "daemonized" | "became" | "limited";
type Answer<Q extends Question> = Extract<Report, { type: Q }>;
export type Listened = Extract<Report, { type: "listened" }>;
export type Reply = Extract<Report, { type: Question | "listened" | "echoed" }>;

export type ListenRequest = Omit<Listen, "type" | "socket">;

/** A socket of the internet, which has neither mode nor owner. */
export function inetRequest(address: string, port: number, backlog: number, serve: boolean): ListenRequest {
  return { family: "inet", serve, address, port, mode: null, uid: null, gid: null, backlog, stale: "error" };
}

export class Requests {
  readonly #questions: { readonly question: Question; readonly resolve: (answer: Reply) => void }[] = [];
  readonly #pings = new Map<number, () => void>();
  readonly #sockets = new Map<number, (listened: Listened) => void>();
  #recall: { readonly states: Map<string, Uint8Array>; readonly settle: (isKnown: boolean) => void } | null = null;
  #nextToken = 1;

  /** Resolves with the next report of that kind; the keeper answers in the order of the questions. */
  next<Q extends Question>(question: Q): Promise<Answer<Q>> {
    return new Promise((resolve) => this.#questions.push({ question, resolve: (answer) => resolve(answer as Answer<Q>) }));
  }

  /** Calls `replied`, within the loop, when the keeper has tried everything that this turn holds so far. */
  ping(turn: Turn, replied: () => void): void {
    turn.effect({ type: "echo", token: this.#token(replied) });
  }

  /** Calls `replied`, within the loop, when what waits in the sink so far is in its file, or lost. */
  written(turn: Turn, sink: number, replied: () => void): void {
    turn.effect({ type: "written", sink, token: this.#token(replied) });
  }

  /** Everything that is stored, as the keeper has it. null: a keeper of an earlier release cannot tell. One at a time. */
  recall(loop: Loop): Promise<ReadonlyMap<string, Uint8Array> | null> {
    assert(this.#recall === null, "the store is asked for once at a time");
    return new Promise((resolve) => {
      const states = new Map<string, Uint8Array>();
      const settle = (isKnown: boolean): void => {
        this.#recall = null;
        resolve(isKnown ? states : null);
      };
      this.#recall = { states, settle };
      loop.post((turn) => turn.effect({ type: "recall", token: this.#token(() => settle(true)) }));
    });
  }

  recalled({ key, value }: Extract<Report, { type: "recalled" }>): void {
    this.#recall?.states.set(key, value);
  }

  /** The keeper does not know the tag. False: nobody has counted on that. */
  unknown(tag: number): boolean {
    if (tag !== RECALL || this.#recall === null) return false;
    this.#recall.settle(false);
    return true;
  }

  /** Asks the keeper to bind and listen; resolves with what came of it. */
  listen(loop: Loop, numbers: Numbers, request: ListenRequest): Promise<Listened> {
    return new Promise((resolve) => {
      loop.post((turn) => {
        const socket = numbers.next(turn);
        this.#sockets.set(socket, resolve);
        turn.effect({ type: "listen", socket, ...request });
      });
    });
  }

  /** The keeper's reply. One to a predecessor's request is nobody's. */
  replied(reply: Reply): void {
    switch (reply.type) {
      case "echoed":
        return take(this.#pings, reply.token)?.();
      case "listened":
        return take(this.#sockets, reply.socket)?.(reply);
      default: {
        const index = this.#questions.findIndex(({ question }) => question === reply.type);
        const [asked] = index < 0 ? [] : this.#questions.splice(index, 1);
        return asked?.resolve(reply);
      }
    }
  }

  #token(replied: () => void): number {
    const token = this.#nextToken;
    this.#nextToken = (token % 0xffff_ffff) + 1;
    this.#pings.set(token, replied);
    return token;
  }
}

function take<T>(waiting: Map<number, T>, key: number): T | undefined {
  const found = waiting.get(key);
  waiting.delete(key);
  return found;
}
