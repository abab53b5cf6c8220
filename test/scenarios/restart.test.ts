import { expect } from "vitest";
import { promise } from "../promise.ts";
import { exai } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { ask, eventsIn, execute } from "./http-door.ts";
import { clientOf, never } from "./socket-client.ts";

promise(
  "lost.reconnect",
  "a reader over each gateway goes on over a kill of the daemon and sees every event once",
  async () => {
    await using daemon = await startDaemon();
    await using client = clientOf(daemon);
    const call = await client.start("echo", { input: { text: "hello", delayMs: 8000 }, follow: true }, never);
    const seqs: number[] = [];
    const types: string[] = [];
    const reading = (async () => {
      for await (const event of call.events) {
        seqs.push("seq" in event ? event.seq : -1);
        types.push("type" in event ? event.type : event.reason);
      }
    })();
    const stream = await ask(daemon, `/api/v1/calls/${call.id}/events`);
    const seen = await untilCut(stream, () => daemon.kill("SIGKILL"));
    await daemon.restart();
    await reading;
    // Begun twice, ended once: an echo goes on where its delay was.
    expect(types).toEqual(["call.accepted", "call.started", "call.started", "call.succeeded"]);
    expect(seqs).toEqual([1, 2, 3, 4]);
    const last = [...seen.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? expect.unreachable("no event came before the cut");
    const rest = await ask(daemon, `/api/v1/calls/${call.id}/events`, { headers: { "last-event-id": last } });
    expect(eventsIn(`${seen}${await rest.text()}`).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  },
);

/** What a stream said before it broke; it is broken once it has told that the call began. */
async function untilCut({ body }: Response, cut: () => Promise<void>): Promise<string> {
  let text = "";
  let cutting: Promise<void> | undefined;
  try {
    for await (const bytes of body ?? expect.unreachable()) {
      text += Buffer.from(bytes).toString();
      if (text.includes("call.started")) cutting ??= cut();
    }
  } catch {
    // What was to come is asked for after the restart.
  }
  await cutting;
  return text;
}

promise(
  "auth.single-instance",
  "a lock heals itself: after a kill the next daemon starts, while the first lives it is refused with its process",
  async () => {
    await using daemon = await startDaemon();
    const first = daemon.pid;
    const env = { ...daemon.clientEnv, EXAI_WS_PORT: "0" };
    const refused = await exai(["serve"], { env });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`process id ${first} `);
    await daemon.kill("SIGKILL");
    await daemon.restart();
    expect(daemon.pid).not.toBe(first);
    expect((await execute(daemon, { tool: "echo", arguments: { text: "here" } })).phase).toBe("succeeded");
    expect((await exai(["serve"], { env })).stderr).toContain(`process id ${daemon.pid} `);
  },
);
