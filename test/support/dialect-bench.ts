import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Endpoint, Model, ModelPart, ModelRequest } from "../../src/core/models/model.ts";
import { Fault } from "../../src/protocol/fault.ts";
import { chatCompletions } from "./vendor-protocols/chat-completions.ts";
import type { VendorProtocol } from "./vendor-protocols/vendor-protocol.ts";
import { type Reply, VendorServer } from "./vendor-server.ts";

const never = new AbortController().signal;

/** One vendor's model against a vendor on loopback, for what is its own. */
export class DialectBench implements AsyncDisposable {
  readonly vendor: VendorServer;
  readonly model: Model;

  private constructor(vendor: VendorServer, model: Model) {
    this.vendor = vendor;
    this.model = model;
  }

  static async open(
    open: (endpoint: Endpoint) => Model,
    protocol: VendorProtocol = chatCompletions,
  ): Promise<DialectBench> {
    const vendor = await VendorServer.open(protocol);
    return new DialectBench(
      vendor,
      open({ provider: "bench", baseUrl: vendor.baseUrl, apiKey: "sk-dialect-0123456789" }),
    );
  }

  /** All parts of the answer, and the body that was sent for it. */
  async ask(
    request: Partial<ModelRequest>,
    ...replies: Reply[]
  ): Promise<{ parts: ModelPart[]; body: Record<string, unknown> }> {
    this.vendor.reply(...replies);
    const messages = [{ role: "user" as const, text: "say hello" }];
    const whole = { model: "small-1", messages, maxOutputTokens: 3000, ...request };
    const parts = await Array.fromAsync(this.model.answer(whole, never));
    return { parts, body: this.vendor.seen.at(-1)?.body ?? {} };
  }

  async faultOf(reply: Reply): Promise<Fault> {
    const failure = await this.ask({}, reply).catch((error: unknown) => error);
    if (failure instanceof Fault) return failure;
    throw new Error("Cannot find the fault: the vendor was believed", { cause: failure });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vendor[Symbol.asyncDispose]();
  }
}

/** What a vendor sends in a case of its own, from `quirks/` beside the test. */
export async function quirk(folder: string, name: string): Promise<string> {
  return await readFile(join(folder, "quirks", name), "utf8");
}
