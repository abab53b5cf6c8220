import { expect } from "vitest";
import { promise } from "../promise.ts";
import { exai, jsonOf } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { ask, eventsIn } from "./http-door.ts";
import { clientOf, never } from "./socket-client.ts";

const types = ["call.accepted", "call.started", "call.succeeded"];

/** The events of a call as a stream of HTTP tells them, to its end. */
async function byHttp(door: { url: string; token: string }, call: string): Promise<{ seq: number; type: string }[]> {
  const text = await (
    await ask(door, `/api/v1/calls/${call}/events`, { headers: { accept: "text/event-stream" } })
  ).text();
  expect(text).toMatch(/event: end\n/);
  return eventsIn(text);
}

promise(
  "lost.any-connection",
  "a call that was started over the WebSocket is followed over HTTP and by the command line, by each from its first event",
  async () => {
    await using daemon = await startDaemon();
    await using client = clientOf(daemon);
    const call = await client.start("echo", { input: { text: "hello", delayMs: 2000 }, follow: true }, never);
    const http = byHttp(daemon, call.id);
    const command = exai(["follow", call.id, "--json"], { env: daemon.clientEnv });
    const here: { seq: number; type: string }[] = [];
    for await (const event of call.events) if ("type" in event) here.push({ seq: event.seq, type: event.type });
    expect(here).toEqual(types.map((type, index) => ({ seq: index + 1, type })));
    expect(await http).toEqual(here);
    const lines = jsonOf(await command);
    expect(lines.filter(({ seq, at }) => seq !== undefined && at !== undefined)).toMatchObject(here);
    expect(lines.at(-1)).toMatchObject({ call: call.id, phase: "succeeded", result: { content: "hello" } });
  },
);
