import { orAborted } from "../../base/abort.ts";
import { Fault } from "../../protocol/fault.ts";
import { readPromptList } from "./prompt-list.ts";
import { readTemplateList } from "./resource-list.ts";
import type { UpstreamServer } from "./server.ts";
import { isTrouble } from "./session-faults.ts";
import { readToolList } from "./tool-list.ts";
import type { LeftOut, Listed, Offer, UpstreamConnection } from "./upstream.ts";

/**
 * What a server has now, judged. Refuses as listing its tools does; prompts or templates that it refuses to tell
 * are left out with its reason.
 */
export async function readOffer(
  connection: Pick<UpstreamConnection, "has" | "list">,
  server: UpstreamServer,
  signal: AbortSignal,
): Promise<Offer> {
  const left: LeftOut[] = [];
  const besides = async (what: Listed) => {
    try {
      return await orAborted(connection.list(what, signal), signal);
    } catch (error) {
      if (!(error instanceof Fault) || isTrouble(error.view())) throw error;
      left.push({ name: `its ${what}`, reason: error.message });
      return [];
    }
  };
  const lists = [
    orAborted(connection.list("tools", signal), signal),
    besides("prompts"),
    besides("templates"),
  ] as const;
  const [named, written, forms] = await Promise.all(lists);
  const tools = readToolList(server, named);
  const prompts = readPromptList(server, written);
  const templates = readTemplateList(server, forms);
  return {
    tools: tools.all,
    prompts: prompts.all,
    templates: templates.all,
    hasResources: connection.has.has("resources") && server.resources?.length !== 0,
    left: [...tools.left, ...prompts.left, ...templates.left, ...left],
  };
}

/** By content; what was left out does not count, so a change in that alone is told to nobody. */
export function isSameOffer(one: Offer, other: Offer): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ tools, prompts, templates, hasResources }: Offer): string {
  return JSON.stringify([[...tools.values()], [...prompts.values()], [...templates.values()], hasResources]);
}
