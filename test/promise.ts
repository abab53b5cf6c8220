import { test } from "vitest";
import type { PromiseId } from "./promises.ts";

/** A test that proves promises: the ids stand at the end of its title, where the manifest finds them. */
export function promise(
  ids: PromiseId | readonly PromiseId[],
  title: string,
  body: () => Promise<void> | void,
  timeoutMs?: number,
): void {
  test(`${title} [${[ids].flat().join(" ")}]`, body, timeoutMs);
}
