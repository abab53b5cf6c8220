import { setTimeout as wait } from "node:timers/promises";
import { Fault } from "../protocol/fault.ts";
import type { Shell } from "./shell.ts";

/** What one question may hold, in characters. */
const mostCharacters = 1_000_000;
/** Who pipes something in has begun by then; nothing else would ever come from a pipe that a script only left open. */
const beginsWithinMs = 3000;

/** All that stands on standard input, however long it takes: `input.too-large` beyond a million characters, `input.invalid` where it is no text. */
export async function allOfInput({ stdin }: Pick<Shell, "stdin">): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const bytes of stdin) {
    text += decoded(() => decoder.decode(bytes, { stream: true }));
    if (text.length > mostCharacters) throw tooLong();
  }
  return text + decoded(() => decoder.decode());
}

/**
 * What is piped in beside a text that was given: nothing at a terminal, nothing where standard input is empty, and
 * nothing, which is told, where no byte has come after a while.
 */
export async function pipedInput(
  shell: Pick<Shell, "stdin" | "screen">,
  { withinMs = beginsWithinMs } = {},
): Promise<string> {
  const { stdin, screen } = shell;
  if (stdin.isTTY === true) return "";
  if (await hasBegun(stdin, withinMs)) return await allOfInput(shell);
  // Nobody waits for it any more.
  stdin.destroy();
  const others = "`-` behind the text waits for it, < /dev/null says that there is none";
  screen.note(`nothing came on standard input within ${withinMs / 1000} s, so it is left out: ${others}`);
  return "";
}

/** Whether there are bytes to read, or is known that there will be none. */
async function hasBegun(stdin: Shell["stdin"], withinMs: number): Promise<boolean> {
  if (stdin.readableLength > 0 || stdin.readableEnded) return true;
  const late = new AbortController();
  const { promise: begun, resolve } = Promise.withResolvers<true>();
  const isThere = () => resolve(true);
  for (const event of beginnings) stdin.once(event, isThere);
  try {
    return await Promise.race([begun, wait(withinMs, false, { signal: late.signal })]);
  } finally {
    late.abort();
    for (const event of beginnings) stdin.off(event, isThere);
  }
}

const beginnings = ["readable", "end", "error", "close"] as const;

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (cause) {
    const message = "Cannot read standard input: it is no text, expected UTF-8; a picture is shown by --image";
    throw new Fault("input.invalid", message, { cause });
  }
}

function tooLong(): Fault {
  const message = `Cannot take standard input: it has more than ${mostCharacters} characters, expected at most that; a file is shown in parts by --file PATH:FROM-TO`;
  return new Fault("input.too-large", message, { facts: { mostCharacters } });
}
