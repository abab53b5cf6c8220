import { z } from "zod";
import { matches } from "../tenants/scopes.ts";
import { plainOr } from "./plain-text.ts";
import type { UpstreamServer } from "./server.ts";
import { isPlainName, namedBy, type Taken, takenOf } from "./taken.ts";
import type { LeftOut, UpstreamPrompt } from "./upstream.ts";

const mostPrompts = 256;
const mostArguments = 32;
const mostTitle = 200;
const mostDescription = 2048;
const mostArgument = 512;

const text = z.string().optional().catch(undefined);
const described = z.object({
  name: z.string(),
  title: text,
  description: text,
  arguments: z
    .array(z.object({ name: z.string(), description: text, required: z.boolean().default(false).catch(false) }))
    .default([]),
});

/** What of a server's prompts is offered: a stranger's names and texts, judged as those of its tools are. */
export function readPromptList(server: UpstreamServer, entries: readonly unknown[]): Taken<UpstreamPrompt> {
  const nameOf = ({ name }: UpstreamPrompt) => name;
  return takenOf(entries, { what: "prompts", most: mostPrompts, nameOf, judge: (each) => judge(server, each) });
}

function judge(server: UpstreamServer, entry: unknown): UpstreamPrompt | LeftOut {
  const parsed = described.safeParse(entry);
  const leave = (reason: string) => ({ name: `prompt ${namedBy(entry)}`, reason });
  if (!parsed.success) return leave("it is not described as a prompt has to be");
  const { name, title, description, arguments: blanks } = parsed.data;
  if (!isPlainName(name)) return leave("its name is none that every client can send");
  if (server.prompts !== undefined && !server.prompts.some((pattern) => matches(pattern, name)))
    return leave("the settings do not name it");
  if (blanks.length > mostArguments || !blanks.every((blank) => isPlainName(blank.name)))
    return leave(`its arguments are more than ${mostArguments}, or have names that not every client can send`);
  return {
    name,
    title: plainOr(title, mostTitle) ?? name,
    description: plainOr(description, mostDescription) ?? `A prompt of the server ${server.name}.`,
    arguments: blanks.map((blank) => {
      const about = plainOr(blank.description, mostArgument);
      return { name: blank.name, required: blank.required, ...(about !== undefined && { description: about }) };
    }),
  };
}
