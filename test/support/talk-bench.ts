import { openaiCompatibleModel } from "../../src/adapters/models/openai-compatible/openai-compatible-model.ts";
import { openLocalDisk } from "../../src/adapters/workspace/local/open-local-disk.ts";
import { type Clock, SystemClock } from "../../src/base/clock.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { Budgets } from "../../src/core/budgets/budgets.ts";
import type { PerDay } from "../../src/core/budgets/days.ts";
import type { Work } from "../../src/core/calls/work.ts";
import { Asking } from "../../src/core/models/asking.ts";
import type { AutoRule } from "../../src/core/models/auto.ts";
import { Models } from "../../src/core/models/models.ts";
import type { Store } from "../../src/core/store/store.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import { Conversations } from "../../src/core/threads/conversations.ts";
import type { Tool } from "../../src/core/tools/tool.ts";
import { Workspace } from "../../src/core/workspace/workspace.ts";
import type { CallStart } from "../../src/protocol/methods.ts";
import type { CallView } from "../../src/protocol/result.ts";
import { chatTool } from "../../src/tools/chat.ts";
import { consensusTool } from "../../src/tools/consensus/consensus-tool.ts";
import { benchProvider } from "./bench-provider.ts";
import { Core, someone, temporaryFolder } from "./core.ts";
import { FewSlots } from "./few-slots.ts";
import { VendorServer } from "./vendor-server.ts";

const facts = benchProvider([
  ...["one", "two", "three", "four", "five"].map((model) => ({ model, contextTokens: 100_000, maxOutputTokens: 1000 })),
  { model: "narrow", contextTokens: 3000, maxOutputTokens: 1000 },
]);

/** What chat and consensus stand on. */
export interface TalkGround {
  asking: Asking;
  budgets: Budgets;
  models: Models;
  conversations: Conversations;
  workspace: Workspace;
  clock: Clock;
}

export interface TalkOptions {
  perDay?: PerDay;
  /** No vendor is configured. */
  isWithoutModel?: boolean;
  /** The table that decides the model `auto`. */
  auto?: readonly AutoRule[];
  clock?: Clock;
  timeoutMs?: number;
  /** Tools of the test's own, on what chat and consensus stand on. */
  more?: (ground: TalkGround) => Work[];
}

interface TalkParts {
  options: TalkOptions;
  vendor: VendorServer;
  folder: string;
  workspace: Workspace;
  closing: AsyncDisposableStack;
}

/** Chat and consensus as calls over the real store, up to a vendor on loopback whose answers the test writes. */
export class TalkBench implements AsyncDisposable {
  readonly vendor: VendorServer;
  /** The root of everybody here. */
  readonly folder: string;
  core: Core;
  readonly #parts: TalkParts;

  private constructor(parts: TalkParts, core: Core) {
    this.#parts = parts;
    this.vendor = parts.vendor;
    this.folder = parts.folder;
    this.core = core;
  }

  static async open(options: TalkOptions = {}): Promise<TalkBench> {
    const closing = new AsyncDisposableStack();
    const vendor = closing.use(await VendorServer.open());
    const { path: folder } = closing.use(await temporaryFolder());
    const workspace = new Workspace({ disk: await openLocalDisk({ roots: [folder], forbidden: [] }) });
    const parts = { options, vendor, folder, workspace, closing };
    return new TalkBench(parts, await openCore(parts));
  }

  /** What a restart does: another core over the same store. */
  async restart(): Promise<void> {
    await this.core[Symbol.asyncDispose]();
    this.core = await openCore(this.#parts);
  }

  someone(name: string): Caller {
    return someone(name, { roots: [this.folder] });
  }

  /** The call of a tool, with its input parsed as by a gateway, once it has ended. */
  async call(caller: Caller, request: Partial<CallStart> & { tool: string }): Promise<CallView> {
    const tool = this.core.work(request.tool) as Tool;
    const input = tool.input.parse(request.input);
    const { id } = await this.core.start(caller, { ...request, input });
    return await this.core.ended(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.core[Symbol.asyncDispose]();
    await this.#parts.closing.disposeAsync();
  }
}

async function openCore(parts: TalkParts): Promise<Core> {
  const clock = parts.options.clock ?? new SystemClock();
  const works = (store: Store) => toolsOver(parts, store, clock);
  return await Core.open({ clock, folder: `${parts.folder}/.data`, works, limits: { defaultProvider: 16 } });
}

function toolsOver({ vendor, workspace, options }: TalkParts, store: Store, clock: Clock): Work[] {
  const endpoint = { provider: "bench", baseUrl: vendor.baseUrl, apiKey: "sk-bench-0123456789", defaultModel: "one" };
  const models = new Models({
    endpoints: options.isWithoutModel === true ? [] : [endpoint],
    open: openaiCompatibleModel,
    catalogue: [facts],
    auto: options.auto ?? [],
    clock,
    slots: new FewSlots(16),
  });
  const { perDay = {}, timeoutMs = 60_000 } = options;
  const budgets = new Budgets({ store, clock, ids: new SortableIds(clock), perDay: () => perDay });
  const asking = new Asking({ models, clock, defaultOutputTokens: 1000, random: () => 0 });
  const conversations = new Conversations({ store, workspace, clock });
  return [
    chatTool({ models, asking, budgets, conversations, timeoutMs }),
    consensusTool({ models, asking, budgets, conversations, clock, timeoutMs }),
    ...(options.more?.({ asking, budgets, models, conversations, workspace, clock }) ?? []),
  ];
}
