import { setTimeout as wait } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { launcher } from "./stdio-client.ts";

export const eras = ["2025-11-25", "2026-07-28"] as const;
export type Era = (typeof eras)[number];

/** The official client, with a shim that it has started itself. */
export class OfficialClient implements AsyncDisposable {
  readonly client: Client;
  readonly pid: number;

  private constructor(client: Client, pid: number) {
    this.client = client;
    this.pid = pid;
  }

  static async connect(era: Era, env: Record<string, string>): Promise<OfficialClient> {
    const mode = era === "2025-11-25" ? ("legacy" as const) : { pin: era };
    const client = new Client({ name: "official", version: "1" }, { versionNegotiation: { mode } });
    const transport = new StdioClientTransport({ command: process.execPath, args: [launcher, "mcp"], env });
    await client.connect(transport);
    return new OfficialClient(client, transport.pid ?? 0);
  }

  /** Calls a tool, again where a machine that is busy with other things refuses it. */
  async call(name: string, args: Record<string, unknown>, options?: { timeout: number }) {
    for (;;) {
      const answer = await this.client.callTool({ name, arguments: args }, options);
      const { fault } = (answer.structuredContent ?? {}) as { fault?: { code: string } };
      if (fault?.code !== "admission.overloaded") return answer;
      await wait(1000);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** Whether a process lives; one that nobody has waited for does not. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
