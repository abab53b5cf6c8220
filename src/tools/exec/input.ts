import { z } from "zod";

const maxVariables = 64;
const maxInputBytes = 1024 * 1024;
const weekMs = 7 * 86_400_000;
const side = z.int().min(1).max(1000);

const variables = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,127}$/), z.string().max(32_768))
  .refine((env) => Object.keys(env).length <= maxVariables, `expected at most ${maxVariables} variables`);

const text = z
  .string()
  .max(maxInputBytes)
  .refine((given) => Buffer.byteLength(given) <= maxInputBytes, "expected at most 1 MiB");
const bytes = z.strictObject({ base64: z.base64().max(Math.ceil(maxInputBytes / 3) * 4) });

export const input = z.strictObject({
  argv: z
    .array(z.string().max(131_071))
    .min(1)
    .max(4096)
    .describe(
      "A named command (command.list) or a program that is allowed, and its arguments as they are; no shell reads them",
    ),
  cwd: z.string().max(4096).optional().describe("Working directory inside the allowed roots"),
  env: variables.optional().describe("Variables besides PATH, HOME, LANG and TERM"),
  stdin: z
    .union([text, bytes])
    .optional()
    .describe("The whole standard input, bytes as {base64}; without it the input stays open for call.input"),
  tty: z.strictObject({ rows: side, cols: side }).optional().describe("Give it a terminal of this size"),
  timeoutMs: z.int().min(1).max(weekMs).optional().describe("Milliseconds after which it is ended"),
  idleMs: z.int().min(1).max(weekMs).optional().describe("Milliseconds without output after which it is ended"),
  overflow: z
    .enum(["drop_oldest", "block", "kill"])
    .default("drop_oldest")
    .describe("When its output is at the cap: lose the oldest, wait for the reader, or end it"),
  detached: z.boolean().optional().describe("Goes on without its client and without the default time limit"),
});
export type ExecInput = z.output<typeof input>;

/** The whole standard input, where one was given. */
export function stdinOf({ stdin }: ExecInput): Uint8Array | undefined {
  if (stdin === undefined) return undefined;
  return typeof stdin === "string" ? Buffer.from(stdin) : Buffer.from(stdin.base64, "base64");
}
