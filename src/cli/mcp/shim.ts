import { randomUUID } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { EXIT } from "../exit-codes.ts";
import type { Shell } from "../shell.ts";
import { Conversation } from "./conversation.ts";
import { DaemonLink } from "./daemon-link.ts";
import { takeLine } from "./intake.ts";
import { lastWords } from "./last-words.ts";
import { linesOf } from "./lines.ts";
import { Outlet } from "./outlet.ts";
import { watchParent } from "./watch-parent.ts";

/** Longer lines are not held in memory; the daemon's limit for a frame is usually below. */
const maxLineBytes = 16 * 1024 * 1024;
const maxUnsentBytes = 1024 * 1024;
const lookEveryMs = 10;

export interface Pipes {
  stdin: Readable;
  stdout: Writable;
}

/** Carries MCP between the pipes and the daemon until the client is gone. */
export async function carry(shell: Shell, { stdin, stdout }: Pipes): Promise<number> {
  const ending = new AbortController();
  const end = (why: string) => ending.abort(why);
  const outlet = new Outlet(stdout);
  outlet.gone.addEventListener("abort", () => end("nobody reads the answers"), { once: true });
  using _parent = watchParent(() => end("the parent is gone"));
  const name = randomUUID().replaceAll("-", "");
  const conversation: Conversation = new Conversation({
    name,
    send: (message, nth) => link.send(message, nth),
    say: (message, said) => outlet.say(message, said),
    onStranger: (why) => {
      shell.screen.note(shell.screen.bad(`the daemon is another one than before: ${why}`));
      end("another daemon");
    },
  });
  const link = new DaemonLink({ shell, name, conversation });
  const linked = link.run(ending.signal).finally(() => end("no daemon"));
  ending.signal.addEventListener("abort", () => stdin.destroy(), { once: true });
  await read({ stdin, outlet, conversation, link, signal: ending.signal });
  await lastWords({ outlet, isOwed: () => conversation.isOwed, signal: ending.signal });
  if (!ending.signal.aborted && conversation.isOwed)
    shell.screen.note(
      `The input has ended before ${conversation.unanswered} of its requests had an answer; keep it open to get them all`,
    );
  end("the input has ended");
  await linked;
  return EXIT.succeeded;
}

interface Carrying {
  outlet: Outlet;
  conversation: Conversation;
  signal: AbortSignal;
}

/** Resolves at the end of the input, or when it is of no more use. */
async function read({ stdin, link, ...carrying }: Carrying & { stdin: Readable; link: DaemonLink }): Promise<void> {
  const { outlet, conversation, signal } = carrying;
  try {
    for await (const line of linesOf(stdin, maxLineBytes)) {
      const taken = takeLine(line, maxLineBytes);
      if ("message" in taken) conversation.fromClient(taken.message, line.bytes);
      else if (taken.answers === "client") outlet.say(taken.refusal);
      else conversation.fromClient(taken.refusal, 0);
      link.need();
      while ((outlet.isFull || link.unsentBytes > maxUnsentBytes) && !signal.aborted) await wait(lookEveryMs);
    }
  } catch (error) {
    // It was closed under us, by us.
    if (!signal.aborted) throw error;
  }
}
