import { join } from "node:path";
import { expect } from "vitest";
import type { EventData } from "../../../src/protocol/events.ts";
import { promise } from "../../promise.ts";
import { saying, wanting } from "../../support/agent-bench.ts";
import { temporaryFolder } from "../../support/core.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";
import { agentDaemon } from "./agent-users.ts";

const program = join(import.meta.dirname, "../../programs/asks-with-its-call.mjs");
const node = process.execPath;
const execute = "/api/v1/execute";

type Asked = [path: string, body?: unknown];

function executing(tool: string, input: unknown): Asked {
  return [execute, { tool, arguments: input }];
}

promise(
  "auth.commands",
  "a program that a run may start has what the run was given: nothing else of its token's starts, and no other call is seen",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    const env = { EXAI_EXEC_ALLOW: `${node},sh` };
    await using daemon = await agentDaemon(vendor, { folder: folder.path, env });
    await using client = clientOf(daemon);
    const own = await startPatiently(client, "echo", { input: { text: "of the owner" } });
    await own.result();
    const inner: Asked[] = [executing("chat", { prompt: "tell me" }), executing("exec", { argv: ["sh"] })];
    const asked: Asked[] = [
      ["/api/v1/tools"],
      executing("chat", { prompt: "tell me" }),
      executing("agent", { goal: "do it" }),
      executing("exec", { argv: ["sh", "-c", "exit 0"] }),
      executing("exec", { argv: [node, "-e", "process.exit(7)"] }),
      // What it starts is bound as it is itself.
      executing("exec", { argv: [node, program, JSON.stringify(inner)] }),
      [`/api/v1/calls/${own.id}`],
      [`/api/v1/calls/${own.id}/events`],
      [`/api/v1/calls/${own.id}/control`, { action: "cancel" }],
      ["/api/v1/calls"],
      ["/api/v1/threads"],
      ["/api/v1/processes"],
      ["/api/v1/tokens"],
      ["/api/v1/spend"],
    ];
    const argv = [node, program, JSON.stringify(asked)];
    vendor.reply(wanting(["exec", { argv }]), saying("it has asked"));
    const input = { goal: "run it", tools: ["challenge", `exec:${node}`] };
    const run = await startPatiently(client, "agent", { input, follow: true });
    const excerpts: string[] = [];
    for await (const event of run.events)
      if ("type" in event && event.type === "tool.completed")
        excerpts.push((event.data as EventData<"tool.completed">).excerpt);
    const answers = JSON.parse(/\[.*\]$/m.exec(excerpts.join("\n"))?.[0] ?? "[]");
    expect(answers).toEqual([
      ["challenge", "exec"],
      "auth.scope",
      "auth.scope",
      // Accepted as a call, which then refuses its program.
      "failed auth.scope",
      "succeeded 7",
      "succeeded 0",
      "call.unknown",
      "call.unknown",
      "call.unknown",
      ...Array.from({ length: 5 }, () => "auth.scope"),
    ]);
    const { calls } = await client.request("call.list", { limit: 50 }, never);
    const failed = calls.filter(({ phase }) => phase === "failed");
    expect(failed.map(({ fault }) => fault?.code)).toEqual(["auth.scope", "auth.scope"]);
    expect(calls.map(({ tool }) => tool)).not.toContain("chat");
    // The run's own two turns: nobody below it asked a model.
    expect(vendor.seen).toHaveLength(2);
  },
);
