import { openaiCompatibleModel } from "../../src/adapters/models/openai-compatible/openai-compatible-model.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite/sqlite-store.ts";
import { openLocalDisk } from "../../src/adapters/workspace/local/open-local-disk.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { Budgets } from "../../src/core/budgets/budgets.ts";
import { Asking } from "../../src/core/models/asking.ts";
import { Models } from "../../src/core/models/models.ts";
import type { Store } from "../../src/core/store/store.ts";
import { Conversations } from "../../src/core/threads/conversations.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { Workspace } from "../../src/core/workspace/workspace.ts";
import { chatTool } from "../../src/tools/chat.ts";
import { benchProvider } from "./bench-provider.ts";
import { TestCallContext, type TestCallContextParts } from "./call-context.ts";
import { temporaryFolder } from "./core.ts";
import { FewSlots } from "./few-slots.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { type Reply, VendorServer } from "./vendor-server.ts";

export const benchKey = "sk-bench-0123456789abcdef";

const facts = benchProvider([{ model: "small-1", contextTokens: 100_000, maxOutputTokens: 4000 }]);

interface BenchParts {
  vendor: VendorServer;
  store: Store;
  workspace: Workspace;
  closing: AsyncDisposableStack;
}

/** The chat tool with all that is behind it, up to a vendor on loopback; time stands still. */
export class ChatBench implements AsyncDisposable {
  readonly vendor: VendorServer;
  readonly clock = new ManualClock();
  readonly ledger = new MemoryLedger();
  readonly models: Models;
  readonly chat: Tool;

  readonly #closing: AsyncDisposableStack;

  private constructor(parts: BenchParts, perDay: { usd?: number; tokens?: number }) {
    const { vendor, store, workspace, closing } = parts;
    this.#closing = closing;
    this.vendor = vendor;
    const { clock, ledger } = this;
    const endpoint = { provider: "bench", baseUrl: vendor.baseUrl, apiKey: benchKey, defaultModel: "small-1" };
    this.models = new Models({
      endpoints: [endpoint],
      open: openaiCompatibleModel,
      catalogue: [facts],
      clock,
      slots: new FewSlots(4),
    });
    const budgets = new Budgets({ store: ledger, clock, ids: new SortableIds(clock), perDay: () => perDay });
    const asking = new Asking({ models: this.models, clock, defaultOutputTokens: 8000, random: () => 0 });
    this.chat = chatTool({
      models: this.models,
      asking,
      budgets,
      conversations: new Conversations({ store, workspace, clock }),
      timeoutMs: 180_000,
    });
  }

  static async open(
    replies: readonly Reply[] = [],
    perDay: { usd?: number; tokens?: number } = {},
  ): Promise<ChatBench> {
    const closing = new AsyncDisposableStack();
    const vendor = closing.use(await VendorServer.open());
    vendor.reply(...replies);
    const folder = closing.use(await temporaryFolder());
    const options = { folder: folder.path, durability: "process", clock: new ManualClock() } as const;
    const store = closing.use(await openSqliteStore(options));
    const disk = await openLocalDisk({ roots: [folder.path], forbidden: [] });
    return new ChatBench({ vendor, store, workspace: new Workspace({ disk }), closing }, perDay);
  }

  context(parts: Partial<TestCallContextParts> = {}): TestCallContext {
    return new TestCallContext({ clock: this.clock, ...parts });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing.disposeAsync();
  }
}
