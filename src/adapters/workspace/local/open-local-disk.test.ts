import { expect, test } from "vitest";
import { openLocalDisk } from "./open-local-disk.ts";

test.skipIf(process.platform !== "linux")("where paths can begin at handles they do", async () => {
  expect((await openLocalDisk({ roots: [], forbidden: [] })).way).toBe("handles");
});
