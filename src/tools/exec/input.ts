import { z } from "zod";

const maxVariables = 64;
const maxInputBytes = 1024 * 1024;

const variables = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,127}$/), z.string().max(32_768))
  .refine((env) => Object.keys(env).length <= maxVariables, `expected at most ${maxVariables} variables`);

export const input = z.strictObject({
  argv: z
    .array(z.string().max(131_071))
    .min(1)
    .max(4096)
    .describe("The program, by name or absolute path, and its arguments; no shell reads them"),
  cwd: z.string().max(4096).optional().describe("Working directory inside the allowed roots"),
  env: variables.optional().describe("Variables besides PATH, HOME, LANG and TERM"),
  stdin: z
    .string()
    .max(maxInputBytes)
    .refine((text) => new TextEncoder().encode(text).length <= maxInputBytes, "expected at most 1 MiB")
    .optional()
    .describe("The whole standard input; without it the input stays open for call.input"),
  timeoutMs: z
    .int()
    .min(1)
    .max(7 * 86_400_000)
    .optional()
    .describe("Milliseconds after which it is ended"),
  overflow: z
    .enum(["drop_oldest", "block", "kill"])
    .default("drop_oldest")
    .describe("When its output is at the cap: lose the oldest, wait for the reader, or end it"),
  detached: z.boolean().optional().describe("Goes on without its client and without the default time limit"),
});
export type ExecInput = z.output<typeof input>;
