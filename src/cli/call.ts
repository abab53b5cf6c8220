import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { isRecord } from "../base/is-record.ts";
import { Fault } from "../protocol/fault.ts";
import { attend, interruptible } from "./attend.ts";
import { EXIT, exitOfCall } from "./exit-codes.ts";
import { reach } from "./reach/reach.ts";
import type { Shell } from "./shell.ts";
import { showDetached } from "./show/detached.ts";
import { toolsText } from "./show/tools-text.ts";
import { whileBusy } from "./while-busy.ts";

export interface CallOptions {
  input?: string;
  file?: string[];
  key?: string;
  fresh?: true;
  detach?: true;
}

const maxFileBytes = 2 ** 20;

/** Starts a call and stays with it to its end, unless it is to be left alone. Without a tool, lists the tools. */
export async function call(shell: Shell, tool: string | undefined, options: CallOptions): Promise<number> {
  if (tool === undefined) return await listTools(shell);
  const input = await inputOf(shell, options.input);
  const files = await Promise.all((options.file ?? []).map((path) => carried(shell.cwd, path)));
  const { key, fresh, detach } = options;
  const wanted = {
    cwd: shell.cwd,
    ...(files.length > 0 && { files }),
    ...(key !== undefined && { key }),
    ...(fresh && { fresh }),
  };
  await using client = await reach(shell);
  if (detach) {
    const { signal } = shell;
    const start = () => client.start(tool, { input, ...wanted, detached: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    return await showDetached(shell, client, handle.id);
  }
  return await interruptible(shell, async (signal, named) => {
    const start = () => client.start(tool, { input, ...wanted, follow: true }, signal);
    const handle = await whileBusy(shell, start, signal);
    named(handle.id);
    return exitOfCall(await attend(shell, handle));
  });
}

async function listTools(shell: Shell): Promise<number> {
  const { screen } = shell;
  await using client = await reach(shell);
  const { tools } = await client.request("tools.list", {}, shell.signal);
  if (screen.form === "json") for (const tool of tools) screen.json(tool);
  else screen.print(toolsText(tools));
  return EXIT.succeeded;
}

/** JSON as it is, from a file after `@`, or from stdin for `-`. */
async function inputOf({ cwd, stdin }: Shell, given: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (given === undefined) return {};
  const json = given === "-" ? await text(stdin) : given.startsWith("@") ? await contentOf(cwd, given.slice(1)) : given;
  const value = parsed(json);
  if (isRecord(value)) return value;
  throw new Fault("input.invalid", `Cannot read the input: it is no JSON object, expected one like {"text":"hello"}`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Told like any other text that holds no object.
    return undefined;
  }
}

async function contentOf(cwd: string, path: string): Promise<string> {
  return (await bytesOf(cwd, path)).toString("utf8");
}

async function carried(cwd: string, path: string): Promise<{ path: string; base64: string }> {
  const bytes = await bytesOf(cwd, path);
  if (bytes.length <= maxFileBytes) return { path, base64: bytes.toString("base64") };
  const size = `it has ${bytes.length} bytes, expected at most ${maxFileBytes}`;
  throw new Fault("input.too-large", `Cannot send ${path} with the call: ${size}`);
}

async function bytesOf(cwd: string, path: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault("input.invalid", `Cannot read ${path}: ${code}, expected a file that can be read`, {
      cause: error,
    });
  }
}
