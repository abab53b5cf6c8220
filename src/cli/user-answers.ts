import { createInterface, type Interface } from "node:readline";
import type { CallHandle } from "../client/call-handle.ts";
import type { Client } from "../client/client.ts";
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
      return screen.note(`asks: ${prompt}${choicesIn(schema)}\nanswer with: ${ownCommand} answer ${handle.id} TEXT`);
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

/** Answers a question of a call that runs anywhere: the one that is named first, else the one that it waits for. */
export async function answer(
  shell: Shell,
  { call, words }: { call: string; words: readonly string[] },
): Promise<number> {
  const { reach } = await import("./reach/reach.ts");
  await using client = await reach(shell);
  const [first = "", ...others] = words;
  const isNamed = others.length > 0 && isRequestId(first);
  const handle = client.follow(call as CallHandle["id"], {});
  const request = isNamed ? first : await openQuestion(client, handle.id, shell.signal);
  const view = await handle.answer(request, (isNamed ? others : words).join(" "));
  if (shell.screen.form === "json") shell.screen.json(view);
  else shell.screen.print(`${view.call} ${view.phase}`);
  return 0;
}

/** What a call waits for is the last thing that it said; a few lines of its steps may stand behind it. */
const lookBack = 64;

/** `input.invalid` where the call asks nothing now. */
async function openQuestion(client: Client, call: CallHandle["id"], signal: AbortSignal): Promise<string> {
  const { phase, seq } = await client.request("call.get", { call }, signal);
  if (phase === "waiting") {
    const handle = client.follow(call, { after: Math.max(0, seq - lookBack) });
    let asked: string | undefined;
    for await (const event of handle.events) {
      if (!("type" in event)) continue;
      if (event.type === "input.requested") asked = (event.data as EventData<"input.requested">).request;
      if (event.seq >= seq) break;
    }
    if (asked !== undefined) return asked;
  }
  throw new Fault(
    "input.invalid",
    `Cannot answer ${call}: it is ${phase} and asks nothing now, expected one that waits for an answer`,
    { facts: { call } },
  );
}

/** Questions have ids like calls: 26 letters and digits. */
function isRequestId(text: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

function choicesIn(schema: unknown): string {
  const { enum: choices } = (schema ?? {}) as { enum?: unknown };
  return Array.isArray(choices) ? ` (${choices.join(", ")})` : "";
}

/** Somebody else may have answered first. */
function toldOf(error: unknown): string {
  return error instanceof Fault ? error.message : String(error);
}
