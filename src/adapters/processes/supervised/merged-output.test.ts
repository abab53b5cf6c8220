import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import { promise } from "../../../../test/promise.ts";
import { SystemClock } from "../../../base/clock.ts";
import { MergedOutput } from "./merged-output.ts";

promise(
  ["proc.output", "leak.task"],
  "the output of a command whose pipes were closed before anybody looked has an end",
  async () => {
    const { stdout, stderr } = spawn("/bin/true", { stdio: ["ignore", "pipe", "pipe"] });
    const closed = [once(stdout, "close"), once(stderr, "close")];
    for (const pipe of [stdout, stderr]) pipe.resume();
    await Promise.all(closed);
    const output = new MergedOutput({ stdout, stderr });
    const chunks: unknown[] = [];
    for await (const chunk of output) chunks.push(chunk);
    expect(chunks).toEqual([]);
    expect(await output.drain(new SystemClock())).toBe(true);
  },
);
