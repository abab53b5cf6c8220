import type { ProgressToken } from "@modelcontextprotocol/server";
import type { WireEvent } from "../../core/calls/wire-event.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import type { Asked } from "./asked.ts";

type Sayings = { readonly [T in EventType]?: (data: EventData<T>) => string | undefined };

/** What of a call's journal is news for somebody who waits. */
const sayings: Sayings = {
  "call.queued": ({ place }) => `waits for its turn, at place ${place}`,
  "call.started": ({ attempt }) => (attempt > 1 ? `runs again, attempt ${attempt}` : undefined),
  "call.progress": ({ message, done, total }) => {
    if (done === undefined) return message;
    return total === undefined ? `${done}: ${message}` : `${done}/${total}: ${message}`;
  },
  "model.requested": ({ model }) => `asks ${model}`,
  "model.retried": ({ model, fault, waitMs }) =>
    `${model}: ${fault.message}; tries again in ${Math.ceil(waitMs / 1000)} s`,
  "model.answered": ({ model, outputTokens }) => `${model} has answered, ${outputTokens} tokens`,
  "step.started": ({ step }) => `begins ${step}`,
};

/**
 * Tells the latest of these events, where the client asked for it. Its number is the event's own in the journal:
 * it rises, also over a stream that was cut and goes on; `exai/seq` names it to whoever carries the message.
 */
export async function tellProgress(
  asked: Asked,
  token: ProgressToken | undefined,
  events: readonly WireEvent[],
): Promise<void> {
  if (token === undefined) return;
  for (const event of events.toReversed()) {
    const message = said(event);
    if (message === undefined) continue;
    const { seq } = event;
    const params = { progressToken: token, progress: seq, message, _meta: { "exai/seq": seq } };
    await asked.context.mcpReq.notify({ method: "notifications/progress", params });
    return;
  }
}

function said({ type, text }: WireEvent): string | undefined {
  const say = sayings[type] as ((data: unknown) => string | undefined) | undefined;
  return say?.((JSON.parse(text) as { data: unknown }).data);
}
