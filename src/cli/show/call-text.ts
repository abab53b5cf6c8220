import type { EventOrGap } from "../../client/event-reader.ts";
import type { EventData, EventType } from "../../protocol/events.ts";
import type { CallView } from "../../protocol/result.ts";
import { faultText } from "./fault-text.ts";
import { durationText } from "./table.ts";

type Telling = { readonly [T in EventType]?: (data: EventData<T>) => string | undefined };

const telling: Telling = {
  "call.queued": ({ place }) => `waiting, at place ${place}`,
  "call.started": ({ attempt }) => (attempt > 1 ? `attempt ${attempt}: goes on after a restart` : undefined),
  "call.progress": ({ message, done, total }) =>
    done === undefined || total === undefined ? message : `${message} (${done} of ${total})`,
  "call.paused": () => "paused",
  "call.resumed": () => "goes on",
  // Whoever asked for the end has been told, and the ending says it to everybody else.
  "call.cancelling": ({ by }) => (by === "caller" ? undefined : `ending: ${by}`),
  "model.requested": ({ provider, model }) => `asking ${provider}/${model}`,
  "agent.thinking": ({ turn, spent }) => (turn > 1 ? `turn ${turn}, after ${spent.modelCalls} model calls` : undefined),
  "tool.executing": ({ tool, input }) => `${tool} ${short(input)}`,
  "tool.completed": ({ tool, outcome, excerpt }) =>
    outcome === "done" ? undefined : `${tool} ${outcome}: ${short(excerpt)}`,
  "agent.alive": ({ waitsFor, state, quietMs }) => {
    if (state === "working" && quietMs < worthTellingMs) return undefined;
    return `waited ${durationText(quietMs)} for ${waitsFor}${state === "stalled" ? ", which is stalled" : ""}`;
  },
  "model.retried": ({ fault, waitMs }) => `${fault.message}; trying again in ${durationText(waitMs)}`,
};

const shortest = 120;
const worthTellingMs = 5000;

/** What tells how far a run has come, and that it lives. */
const stages: ReadonlySet<EventType> = new Set<EventType>([
  "call.queued",
  "call.started",
  "model.requested",
  "model.retried",
  "agent.alive",
]);

/** Whether an event is one of the stages that whoever waits is told of. */
export function isStage(event: EventOrGap): boolean {
  return "type" in event && stages.has(event.type);
}

/** In one line. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > shortest ? `${line.slice(0, shortest)}…` : line;
}

/** What an event means to whoever watches; `undefined` where it is nothing to be told. */
export function eventText(event: EventOrGap): string | undefined {
  if (!("type" in event)) return `events ${event.from} to ${event.to} are gone: ${event.reason}`;
  const tell = telling[event.type] as ((data: unknown) => string | undefined) | undefined;
  return tell?.(event.data);
}

/** How a call ended that did not succeed. */
export function endingText({ phase, fault }: CallView): string | undefined {
  if (phase === "succeeded") return undefined;
  return fault === undefined ? `the call is ${phase}` : faultText(fault);
}
