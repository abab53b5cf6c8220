import { expect, test } from "vitest";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { estimateTokens } from "../budgets/spending.ts";
import type { ShowableFile } from "../workspace/fit-files.ts";
import { type Composed, compose, type Telling } from "./composing.ts";
import type { Turn } from "./turn.ts";

function fileOf(path: string): ShowableFile {
  const lines = Array.from({ length: 200 }, (_, at) => `${path} says ${at}`);
  return { path, sha256: path, lines, from: 1, totalLines: lines.length };
}

function turnOf(seq: number): Turn {
  const role = seq % 2 === 1 ? "user" : "assistant";
  return { seq, role, call: `call ${Math.ceil(seq / 2)}` as CallId, tool: "chat", at: 0, text: "word ".repeat(20) };
}

const telling: Telling = {
  prompt: "look",
  system: "be brief",
  files: ["a.ts", "b.ts"].map(fileOf),
  left: Array.from({ length: 30 }, (_, at) => ({ path: `d/${at}.bin`, why: "it is binary" })),
  images: [],
  turns: Array.from({ length: 12 }, (_, at) => turnOf(12 - at)),
  earlier: {
    files: ["c.ts"].map(fileOf),
    changed: [
      { path: "c.ts", was: "1", is: "2" },
      { path: "d.ts", was: "1" },
    ],
  },
};

function composedIn(room: number): Composed | undefined {
  try {
    return compose(telling, room);
  } catch (error) {
    if (error instanceof Fault && error.code === "input.too-large") return undefined;
    throw error;
  }
}

test("whatever is left out and named, the messages never take more than there is room for", () => {
  const rooms = Array.from({ length: 1000 }, (_, at) => at * 6);
  const composed = rooms.flatMap((room) => composedIn(room)?.messages.map(({ text }) => text) ?? []);
  expect(composed.length).toBeGreaterThan(1800);
  for (const room of rooms) {
    const { messages = [] } = composedIn(room) ?? {};
    expect(estimateTokens(messages.map(({ text }) => text)), `room ${room}`).toBeLessThanOrEqual(room);
  }
});
