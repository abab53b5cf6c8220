import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import type { CallEvent } from "../../protocol/events.ts";
import type { CallId } from "../../protocol/ids.ts";
import { type CallView, noUsage } from "../../protocol/result.ts";
import { humanShow, type StagesTo } from "./call-show.ts";
import { Screen } from "./screen.ts";

const view: CallView = {
  call: "a-call" as CallId,
  tool: "chat",
  phase: "succeeded",
  seq: 9,
  acceptedAt: 0,
  result: { content: "hello world" },
  usage: noUsage,
};

/** A screen whose streams are, or are not, terminals. */
function screenOn(device: "terminal" | "file", stagesTo?: StagesTo) {
  const stdout = Object.assign(new PassThrough(), { isTTY: device === "terminal" });
  const stderr = Object.assign(new PassThrough(), { isTTY: device === "terminal" });
  const screen = new Screen({ stdout, stderr, form: "human" });
  const said = { stdout: "", stderr: "" };
  stdout.on("data", (bytes) => {
    said.stdout += bytes;
  });
  stderr.on("data", (bytes) => {
    said.stderr += bytes;
  });
  const settled = () => new Promise(setImmediate);
  return { show: humanShow(screen, stagesTo), said, settled };
}

function event(type: CallEvent["type"], data: object): CallEvent {
  return { call: view.call, seq: 1, at: 0, type, data: data as CallEvent["data"] };
}

const delta = (text: string, attempt = 1) => event("output.delta", { attempt, kind: "text", text });

test("on a terminal an answer is shown as it comes, and once", async () => {
  const { show, said, settled } = screenOn("terminal");
  for (const text of ["hello", " world"]) show.event(delta(text));
  show.end(view);
  await settled();
  expect(said.stdout).toBe("hello world\n");
});

test("elsewhere the answer is printed whole, and nothing of what happens meanwhile", async () => {
  const { show, said, settled } = screenOn("file");
  show.event(event("call.queued", { place: 3 }));
  show.event(delta("hello"));
  show.end(view);
  await settled();
  expect(said).toEqual({ stdout: "hello world\n", stderr: "" });
});

promise(
  "share.alive",
  "a run whose output is a pipe tells its stages on stderr, and nothing of them on stdout",
  async () => {
    const { show, said, settled } = screenOn("file", "everybody");
    show.event(event("model.requested", { provider: "glm", model: "air", why: "", attempt: 1 }));
    const alive = { turn: 1, waitsFor: "glm/air" };
    show.event(event("agent.alive", { ...alive, state: "working", quietMs: 20 }));
    show.event(event("agent.alive", { ...alive, state: "working", quietMs: 10_000 }));
    show.event(event("agent.alive", { ...alive, state: "slow", quietMs: 20_000 }));
    show.event(event("agent.alive", { ...alive, state: "stalled", quietMs: 60_000 }));
    show.event(event("tool.executing", { turn: 1, id: "1.1", tool: "read", input: "{}" }));
    show.end(view);
    await settled();
    expect(said.stdout).toBe("hello world\n");
    expect(said.stderr.trim().split("\n")).toEqual([
      "asking glm/air",
      "waited 10.0 s for glm/air",
      "waited 20.0 s for glm/air",
      "waited 60.0 s for glm/air, which is stalled",
    ]);
  },
);

test("an answer that begins anew after a crash is not mixed with its first attempt", async () => {
  const { show, said, settled } = screenOn("terminal");
  show.event(delta("hel"));
  show.event(delta("hello", 2));
  show.end(view);
  await settled();
  expect(said.stdout).toBe("hel\nhello world\n");
  expect(said.stderr).toContain("begins anew");
});

test("whoever watches is told the place in the queue, what is gone, and how it ended", async () => {
  const { show, said, settled } = screenOn("terminal");
  show.event(event("call.queued", { place: 3 }));
  show.event({ call: view.call, from: 2, to: 5, reason: "retention" });
  const { result: _result, ...failed } = view;
  const retry = { safe: true, afterMs: 1500 };
  const fault = { code: "admission.rate", message: "Cannot start a call: too many", facts: {}, retry } as const;
  show.end({ ...failed, phase: "failed", fault });
  await settled();
  expect(said.stderr).toMatch(
    /at place 3.*events 2 to 5 are gone: retention.*too many \(admission.rate\); it may be tried again in 2 s/s,
  );
});
