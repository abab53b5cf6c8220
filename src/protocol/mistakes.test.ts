import { expect } from "vitest";
import { z } from "zod";
import { promise } from "../../test/promise.ts";
import { factsOf, fitted } from "./mistakes.ts";

const whole = z.strictObject({
  prompt: z.string().min(1).max(3),
  step: z.int().min(1).optional(),
  mode: z.enum(["fast", "slow"]).optional(),
  files: z.array(z.string()).max(1).optional(),
  seat: z.union([z.string(), z.strictObject({ model: z.string() })]).optional(),
  url: z.url().optional(),
  name: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  size: z
    .string()
    .refine(() => false, "expected at most 1 MiB")
    .optional(),
});

const mistaken: [given: unknown, sentence: string][] = [
  [{}, "prompt is missing, expected a text"],
  [{ prompt: 5 }, "prompt is 5, expected a text"],
  [{ prompt: null }, "prompt is null, expected a text"],
  [{ prompt: "" }, "prompt is empty, expected at least 1 character"],
  [{ prompt: "abcd" }, "prompt is too long, expected at most 3 characters"],
  [{ prompt: "a", step: 0 }, "step is 0, expected at least 1"],
  [{ prompt: "a", step: 1.5 }, "step is 1.5, expected a whole number"],
  [{ prompt: "a", mode: "quick" }, "mode is none that is known, expected one of fast, slow"],
  [{ prompt: "a", files: ["a", "b"] }, "files has too many entries, expected at most 1 entry"],
  [{ prompt: "a", files: [7] }, "files.0 is 7, expected a text"],
  [{ prompt: "a", files: "a" }, "files is a text, expected a list"],
  [{ prompt: "a", seat: 5 }, "seat is 5, expected a text or an object"],
  [{ prompt: "a", seat: {} }, "seat has no form of it: model is missing, expected a text"],
  [{ prompt: "a", url: "nowhere" }, "url has another form, expected the form url"],
  [{ prompt: "a", name: "A" }, "name has another form, expected a text that fits /^[a-z]+$/"],
  [{ prompt: "a", size: "x" }, "size does not fit, expected at most 1 MiB"],
  [
    { prompt: "a", promt: "b", b: 1 },
    "it has no field promt, b, expected one of prompt, step, mode, files, seat, url, name, size",
  ],
  ["text", "it is a text, expected an object"],
  [{ step: "1" }, "prompt is missing, expected a text; step is a text, expected a number"],
];

for (const [given, sentence] of mistaken)
  promise("say.faults", `of ${JSON.stringify(given)} is said: ${sentence}`, () => {
    expect(said(whole, given)).toBe(sentence);
  });

promise("leak.secret", "no text that was given is repeated, only names of fields and numbers", () => {
  const secret = "exai_secret_that_nobody_may_read";
  const fields = ["prompt", "step", "mode", "files", "seat", "url", "name", "size"];
  const given = Object.fromEntries(fields.map((field) => [field, secret]));
  expect(said(whole, given)).not.toContain(secret);
});

function said(schema: z.ZodType, given: unknown): string {
  const read = fitted(schema, given);
  return read.success ? "" : factsOf(read.mistakes);
}
