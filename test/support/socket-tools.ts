import { addAbortListener } from "node:events";
import type { CallContext, Work } from "../../src/core/calls/work.ts";
import type { OutputLog, OutputWriter, Overflow } from "../../src/core/processes/output-log.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { CHANNEL, type Channel } from "../../src/protocol/frames.ts";
import { testTool } from "./socket-rig.ts";

/** A call that does what the test says, when it says so. */
export class Puppet {
  readonly tool: Tool;
  readonly #context = Promise.withResolvers<CallContext>();
  readonly #end = Promise.withResolvers<void>();

  constructor(name: string, more: Partial<Work> = {}) {
    this.tool = testTool(name, (context) => this.#run(context), more);
  }

  get context(): Promise<CallContext> {
    return this.#context.promise;
  }

  /** Resolves once they are in the journal. */
  async say(count: number, text = ""): Promise<void> {
    const context = await this.context;
    for (let index = 0; index < count; index++) context.emit("call.progress", { message: text });
    await context.flushed();
  }

  async think(count: number, text: string): Promise<void> {
    const context = await this.context;
    for (let index = 0; index < count; index++) {
      context.delta("text", text);
      await context.flushed();
    }
  }

  end(): void {
    this.#end.resolve();
  }

  async #run(context: CallContext): Promise<{ content: string }> {
    this.#context.resolve(context);
    using _stop = addAbortListener(context.signal, () => this.#end.resolve());
    await this.#end.promise;
    return { content: "done" };
  }
}

/** A command without a process: what it prints and how it ends is the test's. */
export class Printer {
  readonly #name: string;
  readonly #overflow: Overflow;
  readonly #writer = Promise.withResolvers<{ writer: OutputWriter; context: CallContext }>();
  readonly #end = Promise.withResolvers<number>();
  readonly input: Buffer[] = [];
  /** Takes no input before that. */
  reads: Promise<void> = Promise.resolve();

  constructor(name: string, overflow: Overflow = "drop_oldest") {
    this.#name = name;
    this.#overflow = overflow;
  }

  tool(outputs: OutputLog): Tool {
    return testTool(this.#name, (context) => this.#run(context, outputs), { scope: "exec", lane: "command" });
  }

  async print(bytes: Uint8Array, channel: Channel = CHANNEL.stdout): Promise<void> {
    const { writer } = await this.#writer.promise;
    await writer.write(channel, bytes);
  }

  exit(code: number): void {
    this.#end.resolve(code);
  }

  async #run(context: CallContext, outputs: OutputLog): Promise<{ content: string }> {
    const { call, owner } = context;
    await using writer = await outputs.open({ call, principal: owner.principal, overflow: this.#overflow });
    using _input = context.feedable({
      input: async (bytes) => {
        await this.reads;
        this.input.push(Buffer.from(bytes));
      },
      endInput: async () => this.exit(0),
    });
    context.emit("process.started", { program: "printer", stream: 0, confinement: "none" });
    this.#writer.resolve({ writer, context });
    using _stop = addAbortListener(context.signal, () => this.exit(143));
    const code = await this.#end.promise;
    const { end } = await writer.seal({ code, signal: 0 });
    context.emit("process.exited", { code, signal: null, length: end, orphansKilled: 0, drained: true });
    return { content: `exit ${code}` };
  }
}
