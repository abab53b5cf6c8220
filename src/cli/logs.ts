import { open, readFile, watch } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../protocol/fault.ts";
import { EXIT } from "./exit-codes.ts";
import { homeOf } from "./reach/home.ts";
import type { Shell } from "./shell.ts";
import { logLineText } from "./show/log-line.ts";
import type { Screen } from "./show/screen.ts";

export interface LogsOptions {
  follow?: true;
  lines: number;
}

/** The last lines of the daemon's log, and what is added to it. Reads the files: the daemon need not run. */
export async function logs({ env, screen, signal }: Shell, { follow, lines }: LogsOptions): Promise<number> {
  const folder = join(homeOf(env), "logs");
  const file = join(folder, "exai.log");
  const text = await textOf(file);
  for (const line of linesOf(text).slice(-lines)) show(screen, line);
  if (follow) await followFile(folder, { file, from: Buffer.byteLength(text) }, { screen, signal });
  return EXIT.succeeded;
}

async function followFile(
  folder: string,
  { file, from }: { file: string; from: number },
  { screen, signal }: Pick<Shell, "screen" | "signal">,
): Promise<void> {
  let at = from;
  let rest = "";
  for await (const _change of watch(folder, { signal })) {
    const added = await readFrom(file, at);
    if (added.isAnother) rest = "";
    at = added.end;
    const lines = (rest + added.text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(screen, line);
  }
}

/** What was written behind `at`; a file that is shorter than that is a new one. */
async function readFrom(file: string, at: number): Promise<{ text: string; end: number; isAnother: boolean }> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const isAnother = size < at;
  const from = isAnother ? 0 : at;
  const bytes = Buffer.alloc(size - from);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
  return { text: bytes.subarray(0, bytesRead).toString("utf8"), end: from + bytesRead, isAnother };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const why = `there is no ${file}, expected one that a daemon has written`;
    throw new Fault("input.invalid", `Cannot show the log: ${why}`, { cause: error });
  }
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function show(screen: Screen, line: string): void {
  screen.print(screen.form === "json" ? line : logLineText(line));
}
