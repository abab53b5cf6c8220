import { expect } from "vitest";
import { promise } from "../promise.ts";
import { startDaemon } from "../support/daemon.ts";
import { VendorServer } from "../support/vendor-server.ts";
import { clientOf, never, startPatiently } from "./socket-client.ts";

promise(
  "leak.task",
  "a chat that is cancelled closes its vendor's socket, and the vendor sees that before the call is told as ended",
  async () => {
    await using vendor = await VendorServer.open();
    vendor.otherwise = () => ({ kind: "stall", text: "x".repeat(4096) });
    await using daemon = await startDaemon({ env: { CUSTOM_API_URL: vendor.baseUrl } });
    await using client = clientOf(daemon);
    const order: string[] = [];
    const call = await startPatiently(client, "chat", { input: { prompt: "go on", model: "custom/small-1" } });
    await vendor.arrived(1);
    const closed = vendor.seen[0]?.over.then((how) => order.push(`socket ${how}`));
    const ended = call.result().then(({ phase }) => order.push(`call ${phase}`));
    await client.request("call.control", { call: call.id, action: "cancel" }, never);
    await Promise.all([closed, ended]);
    expect(order).toEqual(["socket early", "call cancelled"]);
  },
);
