import type { CompleteResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { factsOf, fitted } from "../../../protocol/mistakes.ts";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { choicesOf } from "./tool-arguments.ts";

const params = z.looseObject({
  ref: z.looseObject({
    type: z.enum(["ref/prompt", "ref/resource"]),
    name: z.string().optional(),
    uri: z.string().max(4096).optional(),
  }),
  argument: z.looseObject({ name: z.string().max(128), value: z.string().max(1000) }),
  context: z.looseObject({ arguments: z.record(z.string(), z.string().max(1000)).default({}) }).optional(),
});

/** As many as the protocol lets an answer hold. */
const mostValues = 100;
const mostAsked = 200;

/** What may stand for an argument, by its name, whatever prompt or address it belongs to. */
const sources: Readonly<Record<string, (asked: Asked, value: string) => Promise<string[]>>> = {
  model: modelsLike,
  models: modelsLike,
  tool: toolsLike,
  thread: threadsLike,
  continuation_id: threadsLike,
  call: async (asked) => {
    const { calls } = await asked.house.operations["call.list"](asked, { limit: mostAsked });
    return calls.map(({ call }) => call);
  },
};

/**
 * What a server behind the daemon says of its own; else models, tools, threads and calls that begin as what is
 * written, then those that hold it, of this principal alone.
 */
export async function complete(asked: Asked): Promise<CompleteResult> {
  const parsed = fitted(params, asked.params);
  if (!parsed.success) throw invalidParams(`Cannot complete: ${factsOf(parsed.mistakes)}`);
  const { ref, argument } = parsed.data;
  const { name, value } = argument;
  const brought = await ofServer(asked, parsed.data);
  if (brought !== undefined) return brought;
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  const known = source === undefined ? await choicesLike(asked, ref.name, name) : await source(asked, value);
  const fitting = byFit(known, value);
  const values = fitting.slice(0, mostValues);
  return { completion: { values, total: fitting.length, hasMore: fitting.length > values.length } };
}

async function ofServer(asked: Asked, wish: z.output<typeof params>): Promise<CompleteResult | undefined> {
  const { ref, argument, context } = wish;
  const { name, uri } = ref;
  const of = name !== undefined ? { prompt: name } : uri !== undefined ? { template: uri } : undefined;
  const known = of && (await asked.house.library.complete(asked, { of, argument, given: context?.arguments ?? {} }));
  if (known === undefined) return undefined;
  const { values, total = values.length } = known;
  return { completion: { values, total, hasMore: total > values.length } };
}

function byFit(known: readonly string[], value: string): string[] {
  const wanted = value.toLowerCase();
  const places = known.map((each) => ({ each, at: each.toLowerCase().indexOf(wanted) }));
  return places
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => Number(a.at > 0) - Number(b.at > 0))
    .map(({ each }) => each);
}

async function modelsLike(asked: Asked): Promise<string[]> {
  const { models } = await asked.house.operations["models.list"](asked, {});
  return [...new Set(models.filter(({ ready, model }) => ready && model !== "*").map(({ model }) => model))];
}

async function toolsLike(asked: Asked): Promise<string[]> {
  const { tools } = await asked.house.operations["tools.list"](asked, {});
  return tools.map(({ name }) => name);
}

async function threadsLike(asked: Asked): Promise<string[]> {
  const { threads } = await asked.house.operations["thread.list"](asked, { limit: mostAsked });
  return threads.map(({ id }) => id);
}

async function choicesLike(asked: Asked, tool: string | undefined, name: string): Promise<string[]> {
  const { tools } = await asked.house.operations["tools.list"](asked, {});
  const schema = tools.find((each) => each.name === tool)?.inputSchema;
  return schema === undefined ? [] : choicesOf(schema, name);
}
