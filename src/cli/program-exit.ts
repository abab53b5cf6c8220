import { constants } from "node:os";
import type { CallView } from "../protocol/result.ts";
import { EXIT, exitOfCall } from "./exit-codes.ts";

/**
 * The exit code of the program that a call ran, 128 + n where signal n ended it. Where none ran, 126 for one that was
 * refused and 127 for one that could not be started; of the call itself otherwise.
 */
export function exitOfProgram(view: Pick<CallView, "phase" | "fault" | "result">): number {
  const { data } = view.result ?? {};
  const { code = "" } = view.fault ?? {};
  if (view.phase === "failed" && /^(process\.refused|workspace\..+)$/.test(code)) return EXIT.refused;
  if (view.phase === "failed" && code === "process.not-started") return EXIT.noProgram;
  if (view.phase !== "succeeded" || typeof data !== "object" || data === null) return exitOfCall(view);
  if ("code" in data && typeof data.code === "number") return data.code;
  if ("signal" in data && typeof data.signal === "string") return 128 + numberOf(data.signal);
  return exitOfCall(view);
}

function numberOf(signal: string): number {
  return (constants.signals as Readonly<Record<string, number | undefined>>)[signal] ?? 0;
}
