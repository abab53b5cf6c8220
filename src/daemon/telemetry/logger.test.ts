import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { openLogger } from "./logger.ts";
import { scrubber } from "./scrub.ts";

promise("leak.secret", "a secret is scrubbed from the final line, whichever way it got in", () => {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const secret = `exai_${"k1"}_${"hunter2hunter2"}`;
  const log = openLogger({ level: "info", sink, scrub: scrubber([]) });
  log.info({ [secret]: { deep: [secret] } }, `seen ${secret}`);
  log.child({ request: secret }).warn("%s", secret);
  log.error(new Error(`failed for ${secret}`, { cause: new Error(secret) }));
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).not.toContain("hunter2");
    expect(JSON.parse(line)).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(line.endsWith("\n")).toBe(true);
  }
});
