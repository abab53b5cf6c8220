import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { addressAt, blockOf } from "./addresses.ts";
import { plainOr } from "./plain-text.ts";
import { isAddress } from "./resource-list.ts";

const mostDescription = 2048;
const mostMimeType = 100;
const mostValue = 200;
/** As many as the protocol lets an answer hold. */
const mostValues = 100;

const block = z.looseObject({ type: z.string() });
const prompt = z.object({
  description: z.string().optional().catch(undefined),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: block })).max(1000),
});
const content = z.object({
  uri: z.string().optional().catch(undefined),
  mimeType: z.string().optional().catch(undefined),
  text: z.string().optional(),
  blob: z.base64().optional(),
});
const contents = z.object({ contents: z.array(content).max(1000) });
const completion = z.object({
  completion: z.object({ values: z.array(z.string()), total: z.int().min(0).optional().catch(undefined) }),
});

/** A prompt that a server has filled in. */
export interface PromptText {
  description?: string;
  messages: readonly { role: "user" | "assistant"; content: Readonly<Record<string, unknown> & { type: string }> }[];
}

/** A piece of what a server has at an address: text, or bytes as base64. */
export type Content = { uri: string; mimeType?: string } & ({ text: string } | { blob: string });

/** Values that the server proposes, in its order; `total` is how many there are, where it says. */
export interface Completion {
  values: string[];
  total?: number;
}

/** Refuses with `upstream.unreadable` what is no prompt, as the others do. */
export function promptTextOf(server: string, answer: unknown): PromptText {
  const { description, messages } = parsed(prompt, server, answer);
  const about = plainOr(description, mostDescription);
  return {
    ...(about !== undefined && { description: about }),
    messages: messages.map(({ role, content: said }) => ({
      role,
      content: { type: said.type, ...blockOf(server, said) },
    })),
  };
}

/** What stands at the address of `asked`; pieces without one that is plain have this one. */
export function contentsOf(server: string, asked: string, answer: unknown): Content[] {
  return parsed(contents, server, answer).contents.map(({ uri = asked, mimeType, text, blob }) => {
    const type = plainOr(mimeType, mostMimeType);
    const place = { uri: addressAt({ server, uri: isAddress(uri) ? uri : asked }), ...(type && { mimeType: type }) };
    return blob === undefined ? { ...place, text: text ?? "" } : { ...place, blob };
  });
}

/** A server that completes nothing has no values. */
export function completionOf(answer: unknown): Completion {
  const { data } = completion.safeParse(answer);
  const { values = [], total } = data?.completion ?? {};
  const plain = values.slice(0, mostValues).flatMap((value) => plainOr(value, mostValue) ?? []);
  return { values: plain, ...(total !== undefined && { total }) };
}

function parsed<T>(shape: z.ZodType<T>, server: string, answer: unknown): T {
  const { success, data } = shape.safeParse(answer);
  if (success) return data;
  throw new Fault(
    "upstream.unreadable",
    `Cannot read what ${server} answered: it is nothing of what it was asked for, expected what the protocol says`,
    {
      facts: { server },
    },
  );
}
