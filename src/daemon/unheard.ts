import { Disposal } from "../base/disposal.ts";

/** Until it is disposed a rejection that nobody takes ends nobody's calls: it is told here. An exception ends all. */
export function unheard(told: (error: unknown) => void): Disposable {
  process.on("unhandledRejection", told);
  return new Disposal(() => process.off("unhandledRejection", told));
}
