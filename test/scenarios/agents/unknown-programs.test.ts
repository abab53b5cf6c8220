import { expect, test } from "vitest";
import { temporaryFolder } from "../../support/core.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { clientOf, startPatiently } from "../socket-client.ts";
import { agentDaemon } from "./agent-users.ts";

test("a run is not given a program that it could never run: the nearest names are told, and no model is asked", async () => {
  await using vendor = await VendorServer.open();
  await using folder = await temporaryFolder();
  await using daemon = await agentDaemon(vendor, { folder: folder.path, env: { EXAI_EXEC_ALLOW: "true" } });
  await using client = clientOf(daemon);
  const refusalOf = async (name: string) => {
    const input = { goal: "run it", tools: ["read", `exec:${name}`] };
    return (await (await startPatiently(client, "agent", { input })).result()).fault;
  };
  expect(await refusalOf("tru")).toMatchObject({ facts: { near: expect.arrayContaining(["true"]) } });
  expect(await refusalOf("gti")).toMatchObject({ message: expect.stringContaining("expected git,") });
  expect(await refusalOf("sh")).toMatchObject({ code: "process.refused", facts: { least: "B", way: "C" } });
  expect(vendor.seen).toEqual([]);
});
