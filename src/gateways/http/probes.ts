import { z } from "zod";
import { Fault } from "../../protocol/fault.ts";
import { sendJson, sendText } from "../answers/send-json.ts";
import { authenticate } from "./bearer.ts";
import type { Asked, Exchange } from "./exchange.ts";
import type { Door, Exposition, Health } from "./parts.ts";
import type { Route } from "./routes.ts";

export interface ProbeParts {
  doors: Door;
  health: Health;
  metrics: Exposition;
}

/** The word alone, or with the detail for who shows a token. */
const readiness = {
  plain: ["text/plain"],
  json: z.object({ status: z.enum(["ready", "not ready"]), detail: z.unknown() }),
} as const;

/** What a machine asks: is it alive, is it ready, what does it count. */
export function probeRoutes(parts: ProbeParts): Route[] {
  return [
    {
      verb: "GET",
      path: "/healthz",
      contract: { summary: "Whether the daemon lives", answers: { 200: { means: "It does", plain: ["text/plain"] } } },
      access: "open",
      handle: async ({ response }) => sendWord(response, 200, "ok"),
    },
    {
      verb: "GET",
      path: "/readyz",
      contract: {
        summary: "Whether it takes calls; with a token, why",
        answers: { 200: { means: "It does", ...readiness }, 503: { means: "It does not, now", ...readiness } },
      },
      access: "open",
      handle: (exchange) => ready(parts, exchange),
    },
    {
      verb: "GET",
      path: "/metrics",
      contract: {
        summary: "Metrics for Prometheus; scope observe or admin",
        answers: { 200: { means: "Its text format", plain: ["text/plain"] } },
      },
      access: "token",
      handle: (asked) => expose(parts.metrics, asked),
    },
  ];
}

/** Without a token the word, and which parts fail, alone; whoever shows one must show a good one. */
async function ready(parts: ProbeParts, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const isKnown = request.headers.authorization !== undefined;
  if (isKnown) await authenticate(request, parts.doors, exchange.address);
  const { failing, detail } = await parts.health.ready();
  const isReady = failing.length === 0;
  const status = isReady ? 200 : 503;
  if (isKnown) sendJson(response, status, { status: isReady ? "ready" : "not ready", detail });
  else sendWord(response, status, isReady ? "ready" : `not ready: ${failing.join(", ")}`);
}

async function expose(metrics: Exposition, asked: Asked): Promise<void> {
  const { scopes } = asked.caller;
  if (!scopes.has("observe") && !scopes.has("admin"))
    throw new Fault("auth.scope", "Cannot show metrics: the token lacks a scope, expected observe or admin", {
      facts: { scope: "observe" },
    });
  sendText(asked.response, 200, { type: metrics.contentType, text: await metrics.text() });
}

function sendWord(response: Exchange["response"], status: number, word: string): void {
  sendText(response, status, { type: "text/plain; charset=utf-8", text: `${word}\n` });
}
