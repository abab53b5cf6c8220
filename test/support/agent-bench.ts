import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Tool } from "../../src/core/tools/tool.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { agentTool } from "../../src/tools/agent/agent-tool.ts";
import { echoTool } from "../../src/tools/echo.ts";
import { ManualClock } from "./manual-clock.ts";
import { TalkBench } from "./talk-bench.ts";
import type { Reply } from "./vendor-server.ts";
import { evidenceOver } from "./workflow-bench.ts";

export interface AgentBenchOptions {
  /** Tools that runs may be given besides echo and the agent itself. */
  tools?: readonly Tool[];
}

type Wanted = [tool: string, input: Record<string, unknown>];

/** An answer that wants tools. */
export function wanting(...tools: Wanted[]): Extract<Reply, { kind: "answer" }> {
  const toolCalls = tools.map(([tool, input], index) => ({
    id: `call-${index}-${tool}`,
    tool,
    arguments: JSON.stringify(input),
  }));
  return { kind: "answer", text: "", toolCalls };
}

export function saying(text: string): Extract<Reply, { kind: "answer" }> {
  return { kind: "answer", text };
}

/** Agent runs as calls over the real store, up to a vendor on loopback; time stands still. */
export class AgentBench implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly talk: TalkBench;

  private constructor(talk: TalkBench, clock: ManualClock) {
    this.talk = talk;
    this.clock = clock;
  }

  static async open({ tools = [] }: AgentBenchOptions = {}): Promise<AgentBench> {
    const clock = new ManualClock();
    const talk: TalkBench = await TalkBench.open({
      clock,
      more: (ground) => {
        const more = [echoTool({ clock, timeoutMs: 60_000 }), ...tools];
        const toolFor = async (_owner: unknown, name: string) => talk.core.work(name) as Tool;
        return [
          ...more,
          agentTool({
            ...{ ...ground, evidence: evidenceOver(ground), clock, toolFor, timeoutMs: 1_800_000 },
            checkProgram: async () => {},
          }),
        ];
      },
    });
    return new AgentBench(talk, clock);
  }

  get vendor() {
    return this.talk.vendor;
  }

  get core() {
    return this.talk.core;
  }

  /** A file below the root of everybody here. */
  async file(path: string, text: string): Promise<void> {
    const at = join(this.talk.folder, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
  }

  /** The run once it has ended. */
  async run(input: Record<string, unknown>, name = "ada"): Promise<CallView> {
    return await this.talk.call(this.talk.someone(name), { tool: "agent", input });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.talk[Symbol.asyncDispose]();
  }
}
