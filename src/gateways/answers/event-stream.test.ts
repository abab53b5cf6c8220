import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { EventStream, eventText } from "./event-stream.ts";

test("an event is its fields in lines, and ends with an empty one", () => {
  expect(eventText({ data: "{}" })).toBe("data: {}\n\n");
  expect(eventText({ id: "e1:2", name: "gap", retryMs: 1000, data: "" })).toBe(
    "id: e1:2\nevent: gap\nretry: 1000\ndata: \n\n",
  );
});

test("one event may be larger than all that a reader may leave unread, and be read as late as it likes", async () => {
  await using rig = await openRig();
  const { stream, reader, clock } = rig;
  const large = eventText({ data: "x".repeat(8 * 1024 * 1024) });
  const sent = stream.send(large);
  await clock.advance(60_000);
  const read = text(reader);
  await sent;
  stream.end(eventText({ data: "last" }));
  expect((await read).length).toBe(large.length + "data: last\n\n".length);
});

test("once it has ended nothing is written, and no timer waits", async () => {
  await using rig = await openRig();
  const { stream, reader, clock } = rig;
  stream.end(eventText({ data: "last" }));
  await stream.send(eventText({ data: "more" }));
  stream.end();
  expect([await text(reader), clock.waiting]).toEqual(["data: last\n\n", 0]);
});

/** A stream and who reads it, which has to begin to. */
async function openRig() {
  const clock = new ManualClock();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const asking = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
  const stream = new EventStream({ response, clock });
  const [reader] = (await once(asking, "response")) as [IncomingMessage];
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { stream, reader, clock, [Symbol.asyncDispose]: close };
}
