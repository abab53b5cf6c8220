import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { SystemClock } from "../../../base/clock.ts";
import { MergedOutput } from "./merged-output.ts";

promise(
  ["proc.output", "leak.task"],
  "the output of a command whose pipes were closed, or are closing, before anybody looked has an end",
  async () => {
    for (const isClosed of [true, false]) {
      const { stdout, stderr } = spawn("/bin/true", { stdio: ["ignore", "pipe", "pipe"] });
      const closed = Promise.all([once(stdout, "close"), once(stderr, "close")]);
      for (const pipe of [stdout, stderr]) pipe.destroy();
      if (isClosed) await closed;
      const output = new MergedOutput({ stdout, stderr });
      await closed;
      const chunks: unknown[] = [];
      for await (const chunk of output) chunks.push(chunk);
      expect(chunks).toEqual([]);
      expect(await output.drain(new SystemClock())).toBe(true);
    }
  },
);
