import { saying, wanting } from "../../support/agent-bench.ts";
import type { Reply, SeenRequest, VendorServer } from "../../support/vendor-server.ts";

interface Said {
  role: string;
  content: unknown;
}

/** One request of a run, as its model saw it. */
export interface Asked {
  run: string;
  /** From 1. */
  turn: number;
}

/** Turns of a run; the last one answers. */
export const turns = 3;

/** As in `u07r1`: the second run of the user `u07`. */
export function runName(user: string, run: number): string {
  return `${user}r${run}`;
}

export function askedIn({ body }: SeenRequest): Asked {
  const messages = body["messages"] as Said[];
  const goal = String(messages.find(({ role }) => role === "user")?.content);
  const [run = "none"] = /u\d+r\d+/.exec(goal) ?? [];
  return { run, turn: messages.filter(({ role }) => role === "assistant").length + 1 };
}

/** What of a request belongs to another run or user: there must be nothing. */
export function strangersIn(seen: SeenRequest): string[] {
  const { run } = askedIn(seen);
  const own = new Set([run, run.replace(/r\d+$/, "")]);
  const names = JSON.stringify(seen.body["messages"]).match(/\bu\d+(r\d+)?\b/g) ?? [];
  return names.filter((name) => !own.has(name));
}

/** Makes the vendor a model that works on every run in three turns, by what it was told of that run alone. */
export function answerRuns(
  vendor: VendorServer,
  before: (asked: Asked) => Promise<unknown> | undefined = () => undefined,
): void {
  vendor.otherwise = (_prompt, seen) => {
    const asked = askedIn(seen);
    // Something is said in every turn: what waits, waits before it.
    return { ...replyTo(asked), before: () => before(asked) };
  };
}

function replyTo({ run, turn }: Asked): Extract<Reply, { kind: "answer" }> {
  const text = `turn ${turn} of ${run}`;
  if (turn === 1) return { ...wanting(["read", { path: "notes.txt" }], ["echo", { text: `${run} one` }]), text };
  if (turn === 2) return { ...wanting(["echo", { text: `${run} two` }], ["search", { pattern: "notes" }]), text };
  return saying(`${run} is done`);
}
