import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { StopSignals } from "../../base/stop-signals.ts";
import { Fault } from "../../protocol/fault.ts";
import { EXIT } from "../exit-codes.ts";
import type { Shell } from "../shell.ts";
import { ownVersion } from "../version.ts";
import { takeLine } from "./intake.ts";
import { lastWords } from "./last-words.ts";
import { type Line, linesOf } from "./lines.ts";
import { isEndless, isRequest, type Message, refusal } from "./message.ts";
import { Outlet } from "./outlet.ts";
import type { Pipes } from "./shim.ts";
import { watchParent } from "./watch-parent.ts";

/** As the daemon's standalone core is opened. */
type Open = (parts: {
  env: Shell["env"];
  version: string;
  cwd: string;
  send: (message: Message) => Promise<void>;
  onEnd: () => void;
  note: (text: string) => void;
}) => Promise<AsyncDisposable & { take(message: Message): void }>;

const maxLineBytes = 16 * 1024 * 1024;
const lookEveryMs = 10;

/** Serves the client from this very process until it is gone. */
export async function serveAlone(shell: Shell, { stdin, stdout }: Pipes, open: Open): Promise<number> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const outlet = new Outlet(stdout);
  outlet.gone.addEventListener("abort", end, { once: true });
  using _parent = watchParent(end);
  using _signals = new StopSignals({ onFirst: end, onSecond: () => process.exit(EXIT.failed) });
  ending.signal.addEventListener("abort", () => stdin.destroy(), { once: true });
  const unanswered = new Set<unknown>();
  await using core = await open({
    env: shell.env,
    version: ownVersion(),
    cwd: shell.cwd,
    send: (message) => {
      if (!("method" in message)) unanswered.delete(message["id"]);
      return new Promise((resolve) => outlet.say(message, resolve));
    },
    onEnd: end,
    note: (text) => shell.screen.note(shell.screen.warning(text)),
  });
  await read({ stdin, outlet, signal: ending.signal }, (message) => {
    core.take(message);
    if (isRequest(message) && !isEndless(message)) unanswered.add(message.id);
  });
  await lastWords({ outlet, isOwed: () => unanswered.size > 0, signal: ending.signal });
  return EXIT.succeeded;
}

async function read(
  { stdin, outlet, signal }: { stdin: Readable; outlet: Outlet; signal: AbortSignal },
  take: (message: Message) => void,
): Promise<void> {
  try {
    for await (const line of linesOf(stdin, maxLineBytes)) {
      takeOne(line, outlet, take);
      while (outlet.isFull && !signal.aborted) await wait(lookEveryMs);
    }
  } catch (error) {
    // It was closed under us, by us.
    if (!signal.aborted) throw error;
  }
}

function takeOne(line: Line, outlet: Outlet, take: (message: Message) => void): void {
  const taken = takeLine(line, maxLineBytes);
  if ("refusal" in taken) {
    if (taken.answers === "client") outlet.say(taken.refusal);
    else take(taken.refusal);
    return;
  }
  try {
    take(taken.message);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    outlet.say(refusal(isRequest(taken.message) ? taken.message.id : null, error));
  }
}
