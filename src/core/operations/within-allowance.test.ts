import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { someone } from "../../../test/support/core.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import { type Method, methods } from "../../protocol/methods.ts";
import type { Operations, Request } from "./operations.ts";
import { withinAllowance } from "./within-allowance.ts";

const signal = new AbortController().signal;
const own = "own-call" as CallId;
const parents: Readonly<Record<string, string | undefined>> = {
  child: "own-call",
  grandchild: "child",
  other: undefined,
};

const asked = (Object.keys(methods) as Method[]).filter((method) => methods[method].of === "operations");

type Ask = (request: Request, params: object) => Promise<unknown>;

/** Operations that say which call was asked for, and below which it is. */
function answering(): Record<Method, Ask> {
  const answer: Ask = async (_request, params) => {
    const { call = "" } = params as { call?: string };
    return { call, parent: parents[call] };
  };
  const all = Object.fromEntries(asked.map((method) => [method, answer]));
  return withinAllowance(all as unknown as Operations) as unknown as Record<Method, Ask>;
}

async function outcomeOf(asked: () => Promise<unknown>): Promise<string> {
  try {
    await asked();
    return "answered";
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

promise(
  "auth.commands",
  "of all requests a program of a run may make those that belong to its own call, and no other",
  async () => {
    const operations = answering();
    const bounded: Request = {
      caller: { ...someone("ada"), call: own, allowance: { scopes: ["exec", "tools"], tools: ["exec"] } },
      signal,
    };
    const open: string[] = [];
    for (const method of asked) {
      const isAnswered = async (params: object) => await outcomeOf(() => operations[method](bounded, params));
      const outcomes = await Promise.all([
        isAnswered({ call: own }),
        isAnswered({ call: "grandchild" }),
        isAnswered({ call: "other" }),
      ]);
      if (outcomes[0] === "answered") open.push(`${method}: ${outcomes.join(", ")}`);
      else expect(outcomes).toEqual(["auth.scope", "auth.scope", "auth.scope"]);
      expect(await outcomeOf(() => operations[method]({ caller: someone("ada"), signal }, {}))).toBe("answered");
    }
    const below = "answered, answered, call.unknown";
    expect(open.toSorted()).toEqual([
      `call.answer: ${below}`,
      `call.control: ${below}`,
      `call.get: ${below}`,
      `call.input: ${below}`,
      `call.resize: ${below}`,
      "call.start: answered, answered, answered",
      `call.wait: ${below}`,
      "tools.list: answered, answered, answered",
    ]);
  },
);
