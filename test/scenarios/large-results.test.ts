import { afterAll, beforeAll, expect } from "vitest";
import type { CallHandle } from "../../src/client/call-handle.ts";
import { isEnding } from "../../src/protocol/endings.ts";
import { promise } from "../promise.ts";
import { type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { VendorServer } from "../support/vendor-server.ts";
import { ask, execute } from "./http-door.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

const KiB = 1024;
let vendor: VendorServer;
let daemon: DaemonProcess;

beforeAll(async () => {
  vendor = await VendorServer.open();
  daemon = await startDaemon({ env: { CUSTOM_API_URL: vendor.baseUrl } });
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await vendor[Symbol.asyncDispose]();
});

/** A text of so many characters, of which each line tells where it stands. */
function answerOf(length: number): string {
  const lines = Array.from({ length: Math.ceil(length / 16) }, (_, at) => `${at.toString(36).padStart(14, "·")}\n`);
  return lines.join("").slice(0, length);
}

async function endingOf({ events }: CallHandle): Promise<unknown> {
  for await (const event of events) if ("type" in event && isEnding(event.type)) return event.data;
  return expect.fail("it has no ending");
}

for (const size of [900 * KiB, 1100 * KiB, 5 * KiB * KiB])
  promise("lost.oversize", `a result of ${size / KiB} KiB comes whole, whoever asks for it and how`, async () => {
    const whole = answerOf(size);
    const written = JSON.stringify(whole);
    vendor.reply({ kind: "answer", text: whole, chunks: 64 });
    await using client = clientOf(daemon);
    await using other = clientOf(daemon);
    const input = { prompt: `tell ${size}`, model: "custom/small-1" };
    const call = await startPatiently(client, "chat", { input, follow: true });
    const path = `/api/v1/calls/${call.id}`;
    const doors: Record<string, () => Promise<unknown>> = {
      "its ending as it comes": () => endingOf(call),
      "call.wait": () => call.result(),
      "call.get": () => client.request("call.get", { call: call.id }, never),
      "its ending, later": () => endingOf(other.follow(call.id, {})),
      "GET call": async () => (await ask(daemon, path)).json(),
      "GET events": async () => (await ask(daemon, `${path}/events`)).text(),
      calls: () => execute(daemon, { tool: "calls", arguments: { action: "get", call: call.id } }),
    };
    for (const [door, look] of Object.entries(doors)) {
      const seen = await look();
      const isWhole = (typeof seen === "string" ? seen : JSON.stringify(seen)).includes(written);
      expect([door, isWhole]).toEqual([door, true]);
    }
  });
