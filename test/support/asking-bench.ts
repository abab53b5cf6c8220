import { openaiCompatibleModel } from "../../src/adapters/models/openai-compatible/openai-compatible-model.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { Budgets } from "../../src/core/budgets/budgets.ts";
import { Asking } from "../../src/core/models/asking.ts";
import type { ProviderFacts } from "../../src/core/models/catalogue.ts";
import type { Model } from "../../src/core/models/model.ts";
import { Models, type ModelsParts } from "../../src/core/models/models.ts";
import type { Answer, Question } from "../../src/core/models/question.ts";
import { TestCallContext, type TestCallContextParts } from "./call-context.ts";
import { FewSlots } from "./few-slots.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { type Reply, VendorServer } from "./vendor-server.ts";

export const benchKey = "sk-bench-0123456789abcdef";

const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 10, source: "this bench", date: "2026-01-01" };

function factsOf(provider: string, model: string): ProviderFacts {
  return {
    provider,
    title: provider,
    baseUrl: "http://localhost/v1",
    keys: [`${provider.toUpperCase()}_API_KEY`],
    prefixes: [`${model.split("-", 1)[0]}-`],
    defaultModel: model,
    source: "this bench",
    date: "2026-01-01",
    models: [{ model, contextTokens: 100_000, maxOutputTokens: 4000, price }],
  };
}

type Asked = Partial<Question> & { prompt: string; model?: string };
type Policy = Partial<Pick<ModelsParts, "auto" | "fallbacks" | "open">> & {
  perDay?: { usd?: number; tokens?: number };
};

/** Asking with all that is behind it, up to two vendors on loopback, `bench` and `spare`; time stands still. */
export class AskingBench implements AsyncDisposable {
  readonly vendor: VendorServer;
  readonly spare: VendorServer;
  readonly clock = new ManualClock();
  readonly ledger = new MemoryLedger();
  readonly slots = new FewSlots(8);
  readonly models: Models;
  readonly asking: Asking;
  readonly #budgets: Budgets;

  private constructor(vendors: { vendor: VendorServer; spare: VendorServer }, policy: Policy) {
    this.vendor = vendors.vendor;
    this.spare = vendors.spare;
    const { clock, ledger, slots } = this;
    const {
      perDay = {},
      open = openaiCompatibleModel as (endpoint: Parameters<ModelsParts["open"]>[0]) => Model,
      ...rest
    } = policy;
    this.models = new Models({
      endpoints: [
        { provider: "bench", baseUrl: this.vendor.baseUrl, apiKey: benchKey },
        { provider: "spare", baseUrl: this.spare.baseUrl },
      ],
      open,
      catalogue: [factsOf("bench", "small-1"), factsOf("spare", "large-1")],
      clock,
      slots,
      ...rest,
    });
    this.#budgets = new Budgets({ store: ledger, clock, ids: new SortableIds(clock), perDay: () => perDay });
    this.asking = new Asking({ models: this.models, clock, defaultOutputTokens: 8000, random: () => 0 });
  }

  static async open(replies: readonly Reply[] = [], policy: Policy = {}): Promise<AskingBench> {
    const [vendor, spare] = [await VendorServer.open(), await VendorServer.open()];
    vendor.reply(...replies);
    return new AskingBench({ vendor, spare }, policy);
  }

  context(parts: Partial<TestCallContextParts> = {}): TestCallContext {
    return new TestCallContext({ clock: this.clock, ...parts });
  }

  /** Asks within a call, as a tool does. */
  async ask(call: TestCallContext, { prompt, model, ...question }: Asked): Promise<Answer> {
    const meter = this.#budgets.meter(call);
    const messages = [{ role: "user" as const, text: prompt }];
    const choice = this.models.resolve(model);
    return await this.asking.ask({ choice, messages, ...question }, { asker: call, meter }, call.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.vendor[Symbol.asyncDispose]();
    await this.spare[Symbol.asyncDispose]();
  }
}
