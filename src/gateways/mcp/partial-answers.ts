import { Turnover } from "../../base/turnover.ts";
import type { OpenQuestion } from "../../core/calls/open-question.ts";
import { formsOf, type QuestionForm, wholeAnswer } from "./question-form.ts";

/** Questions of which some forms are filled; the eldest are forgotten beyond it, and asked again. */
const mostKept = 1024;

/** What users have filled in of questions that have several forms, until all are; a restart asks again. */
export class PartialAnswers {
  readonly #kept = new Turnover<string, Map<string, unknown>>({ most: mostKept });

  /** The forms that are still to be filled. */
  open(question: OpenQuestion): QuestionForm[] {
    const filled = this.#kept.get(question.request);
    return formsOf(question).filter(({ key }) => filled?.has(key) !== true);
  }

  /** Takes the value of a form; the whole answer once it was the last one. */
  fill(question: OpenQuestion, key: string, value: unknown): { answer: unknown } | undefined {
    const { request } = question;
    const filled = this.#kept.get(request) ?? new Map<string, unknown>();
    filled.set(key, value);
    this.#kept.delete(request);
    if (this.#isWhole(question, filled)) return { answer: wholeAnswer(question, filled) };
    this.#kept.set(request, filled);
    return undefined;
  }

  #isWhole(question: OpenQuestion, filled: ReadonlyMap<string, unknown>): boolean {
    return formsOf(question).every(({ key }) => filled.has(key));
  }
}
