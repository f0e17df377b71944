/** Answers of the keeper that belong to one question at a time: daemonized, became, limited. */
import type { Report } from "../../link/messages.ts";

type Question = "daemonized" | "became" | "limited";
type Answer<Q extends Question> = Extract<Report, { type: Q }>;

export class Answers {
  readonly #waiting: { readonly question: Question; readonly resolve: (answer: Report) => void }[] = [];

  /** Resolves with the next report of that kind; the keeper answers in the order of the questions. */
  next<Q extends Question>(question: Q): Promise<Answer<Q>> {
    return new Promise((resolve) => this.#waiting.push({ question, resolve: (answer) => resolve(answer as Answer<Q>) }));
  }

  settle(question: Question, answer: Report): void {
    const index = this.#waiting.findIndex((one) => one.question === question);
    const [one] = index < 0 ? [] : this.#waiting.splice(index, 1);
    one?.resolve(answer);
  }
}
