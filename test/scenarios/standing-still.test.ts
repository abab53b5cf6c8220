import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { VendorServer } from "../support/vendor-server.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

/** Longer than what is told from jitter. */
const standStillMs = 1600;
const chats = 8;

promise(
  "run.breaker",
  "connections that are lost while the daemon itself stands still open no vendor's breaker: all are asked again and answer",
  async () => {
    await using vendor = await VendorServer.open();
    await using daemon = await startDaemon({
      env: { CUSTOM_API_URL: vendor.baseUrl, EXAI_PROVIDER_MAX_INFLIGHT: String(chats) },
    });
    await using client = clientOf(daemon);
    const sockets: (Socket | null)[] = [];
    vendor.beside = async (_request, response) => {
      sockets.push(response.socket);
      return false;
    };
    for (let chat = 0; chat < chats; chat++) vendor.reply({ kind: "stall", text: "the first words" });
    const calls = await Promise.all(
      Array.from({ length: chats }, async (_, chat) =>
        startPatiently(client, "chat", { input: { prompt: `chat ${chat}`, model: "custom/small-1" } }),
      ),
    );
    await vendor.arrived(chats);
    await daemon.kill("SIGSTOP");
    for (const socket of sockets) socket?.resetAndDestroy();
    await wait(standStillMs);
    await daemon.kill("SIGCONT");
    const views = await Promise.all(calls.map(async (call) => await call.result()));
    expect(views.map(({ result, fault }) => fault?.code ?? result?.content.slice(0, 6))).toEqual(
      Array.from({ length: chats }, () => "echo: "),
    );
    expect(views.map(({ usage }) => usage?.retries)).toEqual(Array.from({ length: chats }, () => 1));
    const { models } = await client.request("models.list", {}, never);
    const health = models.find(({ provider }) => provider === "custom")?.health;
    expect(health).toMatchObject({ state: "closed" });
    expect(health).not.toHaveProperty("lastFault");
  },
);
