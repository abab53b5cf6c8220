import { createInterface, type Interface } from "node:readline";
import type { CallHandle } from "../client/call-handle.ts";
import type { EventOrGap } from "../client/event-reader.ts";
import type { EventData } from "../protocol/events.ts";
import { Fault } from "../protocol/fault.ts";
import type { Shell } from "./shell.ts";
import { forTerminal } from "./show/for-terminal.ts";
import { ownCommand } from "./version.ts";

/** Lets whoever sits at a terminal answer what a call asks; elsewhere it is said how it can be answered. */
export function answeringQuestions(
  shell: Shell,
  handle: CallHandle,
): { onEvent: (event: EventOrGap) => void } & Disposable {
  const { screen, stdin } = shell;
  let terminal: Interface | undefined;
  const asks = ({ request, prompt, schema }: EventData<"input.requested">) => {
    if (stdin.isTTY !== true || !screen.isWatched)
      return screen.note(`${prompt}\nanswer with: ${ownCommand} answer ${handle.id} ${request} TEXT`);
    terminal ??= createInterface({ input: stdin, output: process.stderr });
    terminal.question(forTerminal(`${prompt}${choicesIn(schema)}\n> `), (text) => {
      handle.answer(request, text).catch((error: unknown) => screen.note(toldOf(error)));
    });
  };
  return {
    onEvent: (event) => {
      if ("type" in event && event.type === "input.requested") asks(event.data as EventData<"input.requested">);
    },
    [Symbol.dispose]: () => terminal?.close(),
  };
}

/** Answers a question of a call that runs anywhere. */
export async function answer(
  shell: Shell,
  { call, request, words }: { call: string; request: string; words: readonly string[] },
): Promise<number> {
  const { reach } = await import("./reach/reach.ts");
  await using client = await reach(shell);
  const handle = client.follow(call as CallHandle["id"], {});
  const view = await handle.answer(request, words.join(" "));
  if (shell.screen.form === "json") shell.screen.json(view);
  else shell.screen.print(`${view.call} ${view.phase}`);
  return 0;
}

function choicesIn(schema: unknown): string {
  const { enum: choices } = (schema ?? {}) as { enum?: unknown };
  return Array.isArray(choices) ? ` (${choices.join(", ")})` : "";
}

/** Somebody else may have answered first. */
function toldOf(error: unknown): string {
  return error instanceof Fault ? error.message : String(error);
}
