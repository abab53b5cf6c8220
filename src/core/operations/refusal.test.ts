import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { HttpRig } from "../../../test/support/http-rig.ts";
import { RawClient } from "../../../test/support/raw-client.ts";
import { SocketRig } from "../../../test/support/socket-rig.ts";
import { Cancelled } from "../../base/abort.ts";
import { refusalOf } from "./refusal.ts";

promise("say.faults", "the same bad request gets the same fault over both gateways, and both count it", async () => {
  await using http = await HttpRig.open();
  await using socket = await SocketRig.open();
  const { client: raw } = await RawClient.open(socket.url, { token: await socket.token("ada") });
  using _raw = raw;
  const bad = { action: "fly", with: "wings" };
  const { json } = await http.ask("/api/v1/calls/c1/control", { body: JSON.stringify(bad) });
  const { error } = await raw.request("call.control", { ...bad, call: "c1" });
  const { trace: httpTrace, ...httpFault } = json?.fault ?? {};
  const { trace: socketTrace, ...socketFault } = error?.data ?? {};
  expect(socketFault).toEqual(httpFault);
  expect(socketFault).toMatchObject({ code: "input.invalid", retry: { safe: false } });
  for (const trace of [httpTrace, socketTrace]) expect(trace).toMatch(/^[\da-f]{32}$/);
  expect([http.faults, socket.faults]).toEqual([["input.invalid"], ["input.invalid"]]);
});

promise("say.faults", "a bug is counted, reported whole, and told without a word of what it was", () => {
  const told: unknown[] = [];
  const reports = { fault: (code: string) => told.push(code), bug: (...bug: unknown[]) => told.push(bug) };
  const about = { place: "http", trace: "t" };
  const bug = new TypeError("secret detail");
  const fault = refusalOf(bug, reports, about);
  expect(told).toEqual([[bug, about], "internal"]);
  expect(JSON.stringify(fault.view("t"))).not.toContain("secret detail");
  expect(refusalOf(new Cancelled("shutdown"), reports, about)).toMatchObject({
    code: "admission.draining",
    retry: { safe: true, afterMs: 1000 },
  });
});
