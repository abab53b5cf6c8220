import type { z } from "zod";
import { statusView } from "../../src/protocol/daemon-methods.ts";
import { callView } from "../../src/protocol/result.ts";

/** Where a daemon listens and what it takes to come in. */
export interface Door {
  url: string;
  token: string;
}

/** A request with the token in its header, over a connection of its own: one that is kept may be closed just then. */
export function ask({ url, token }: Door, path: string, init: RequestInit = {}): Promise<Response> {
  const own = { authorization: `Bearer ${token}`, "content-type": "application/json", connection: "close" };
  const headers = { ...init.headers, ...own };
  return fetch(`${url}${path}`, { ...init, headers });
}

export async function statusOf(door: Door): Promise<z.infer<typeof statusView>> {
  return statusView.parse(await (await ask(door, "/api/v1/status")).json());
}

/** Starts a call over HTTP and answers what came of it, or what it is when the wait is over. */
export async function execute(
  door: Door,
  body: Record<string, unknown>,
  wait = "wait=25",
): Promise<z.infer<typeof callView>> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { prefer: wait } };
  const answer = await ask(door, "/api/v1/execute", init);
  return callView.parse(await answer.json());
}

/** One number of the metrics; 0 where it was never counted. */
export async function metricOf(door: Door, name: string): Promise<number> {
  const text = await (await ask(door, "/metrics")).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

/** The call's events in what a stream of HTTP said; its last word, which is none of them, aside. */
export function eventsIn(text: string): { seq: number; type: string }[] {
  const told = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data));
  return told.filter(({ type }) => type !== undefined).map(({ seq, type }) => ({ seq, type }));
}
