import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { startDaemon } from "../../support/daemon.ts";
import { mebibyte } from "../memory-of.ts";
import { lineSettings, longLine } from "./long-line.ts";

promise(
  "proc.output",
  "a line of 64 MiB that is no text comes out of the daemon byte for byte, as it is written and afterwards",
  async () => {
    await using daemon = await startDaemon({ env: lineSettings });
    const length = 64 * mebibyte;
    const { webSocket, http } = await longLine(daemon, length);
    expect(webSocket).toEqual({ from: 0, bytes: length, isExact: true });
    expect(http.isExact).toBe(true);
    // What the cap of a log lets it keep of its end.
    expect(http.from + http.bytes).toBe(length);
    expect(http.bytes).toBeGreaterThan(48 * mebibyte);
  },
);
