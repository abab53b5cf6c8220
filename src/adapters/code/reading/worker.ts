import { parentPort } from "node:worker_threads";
import type { CodeAnswer, CodeQuestion, CodeText } from "../../../core/evidence/code-reader.ts";
import { readCode } from "./read-code.ts";

/** What the worker is asked. */
export interface Reading {
  id: number;
  file: CodeText;
  question: CodeQuestion;
}

/** What it answers; an error that it did not expect is no answer, and ends it. */
export interface Read {
  id: number;
  answer: CodeAnswer;
}

parentPort?.on("message", ({ id, file, question }: Reading) => {
  parentPort?.postMessage({ id, answer: readCode(file, question) } satisfies Read);
});
