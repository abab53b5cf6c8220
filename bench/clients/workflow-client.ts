import type { WebSocket } from "ws";
import { obey } from "../client-process.ts";
import { percentile } from "../numbers.ts";
import { ask, ready, type Server } from "./wire.ts";

export interface Taken {
  calls: number;
  p50Ms: number;
}

interface View {
  call: string;
  phase: string;
  result?: { data?: { continuation_id?: string } };
}

const stepsEach = 5;
let connected: WebSocket | undefined;
let texts = 0;

function socket(): WebSocket {
  if (connected === undefined) throw new Error("Expected to be connected first");
  return connected;
}

/** One call, one after the other, as an agent makes them; resolves with what it came to. */
async function called(tool: string, input: Record<string, unknown>): Promise<View> {
  const { call } = await ask<{ call: string }>(socket(), "call.start", { tool, input });
  const view = await ask<View>(socket(), "call.wait", { call, timeoutMs: 30_000 });
  if (view.phase === "succeeded") return view;
  throw new Error(`${tool}: ${JSON.stringify(view)}`);
}

async function echo(): Promise<void> {
  texts += 1;
  await called("echo", { text: `${texts} ${"x".repeat(200)}` });
}

/** Workflows of a few steps each: a new one where the last has no more. */
class Steps {
  #number = 0;
  #thread: string | undefined;
  readonly #more: Readonly<Record<string, unknown>>;

  constructor(more: Readonly<Record<string, unknown>>) {
    this.#more = more;
  }

  async take(): Promise<void> {
    if (this.#number === stepsEach) {
      this.#number = 0;
      this.#thread = undefined;
    }
    this.#number += 1;
    texts += 1;
    const { result } = await called("debug", {
      step: `look at part ${texts} ${"x".repeat(100)}`,
      findings: `found ${texts} ${"x".repeat(100)}`,
      step_number: this.#number,
      total_steps: stepsEach + 1,
      next_step_required: true,
      ...(this.#thread !== undefined && { continuation_id: this.#thread }),
      ...this.#more,
    });
    this.#thread = result?.data?.continuation_id;
  }
}

async function timed(count: number, act: () => Promise<void>): Promise<Taken> {
  const took: number[] = [];
  for (let done = 0; done < count; done++) {
    const beganMs = performance.now();
    await act();
    took.push(performance.now() - beganMs);
  }
  return { calls: took.length, p50Ms: percentile(took, 0.5) };
}

const commands = {
  connect: async (server: Server): Promise<void> => {
    connected = await ready(server);
  },
  echo: (count: number): Promise<Taken> => timed(count, echo),
  /** Steps with these fields besides. */
  steps: ({ count, more }: { count: number; more: Record<string, unknown> }): Promise<Taken> => {
    const steps = new Steps(more);
    return timed(count, () => steps.take());
  },
};
export type WorkflowClient = typeof commands;

obey(commands);
