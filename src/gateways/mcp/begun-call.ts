import { type Result, SERVER_INFO_META_KEY, TRACEPARENT_META_KEY } from "@modelcontextprotocol/server";
import { isRecord } from "../../base/is-record.ts";
import type { Request, Started } from "../../core/operations/operations.ts";
import { endedAnswer } from "./call-answer.ts";
import { waitOf } from "./calls-tool.ts";
import { cancelCall } from "./cancelling.ts";
import type { House } from "./house.ts";
import { limitsOf } from "./settings.ts";
import { startTool, type ToolWish } from "./start-tool.ts";

/** Who wishes for a tool, before any server object knows of it. */
export interface Wishing extends Request {
  readonly era: "legacy" | "modern";
  /** Whether the client takes a task for an answer. */
  readonly takes: "tasks" | "answers";
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a carrier has begun for a request. */
export type Begun = Pick<BegunCall, "started" | "answer" | "cancel">;

/**
 * The call of a request, begun before a server object has seen the request: most calls of cheap tools end with
 * their acceptance, and need none. The others are handed on with what was `started`.
 */
export class BegunCall {
  readonly started: Promise<Started>;
  readonly #house: House;
  readonly #wishing: Pick<Wishing, "caller" | "era">;

  private constructor(house: House, wishing: Wishing, wish: ToolWish) {
    this.#house = house;
    this.#wishing = wishing;
    this.started = startTool(house, wishing, { wish, isTask: wishing.takes === "tasks" });
  }

  /** Nothing where only a server object may look at the request: no call is begun. */
  static of(house: House, wishing: Wishing): BegunCall | undefined {
    const wish = plainWish(wishing.params);
    return wish && new BegunCall(house, wishing, wish);
  }

  /** The result for the client of this name, where the call ended with its acceptance. */
  async answer(client: string): Promise<Result | undefined> {
    let ended: Started["ended"];
    try {
      ({ ended } = await this.started);
    } catch {
      // Why it did not start is told by whoever is handed `started`.
    }
    if (ended === undefined) return undefined;
    const { settings, info } = this.#house;
    const result = endedAnswer({ limits: limitsOf(settings, client) }, ended);
    if (this.#wishing.era === "legacy") return result;
    return { ...result, resultType: "complete", _meta: { [SERVER_INFO_META_KEY]: info } };
  }

  /** The client does not want it any more: the call ends, if there is one. */
  async cancel(): Promise<void> {
    const { call, answer } = await this.started.catch((): Partial<Started> => ({}));
    if (call === undefined || answer !== undefined) return;
    await cancelCall(this.#house, { caller: this.#wishing.caller, call, trace: "" });
  }
}

/** The trace that a request belongs to, where its `_meta` names one. */
export function traceIn({ _meta }: Wishing["params"]): Pick<Wishing, "traceparent"> {
  const given = isRecord(_meta) ? _meta[TRACEPARENT_META_KEY] : undefined;
  return typeof given === "string" ? { traceparent: given } : {};
}

const plainMembers: ReadonlySet<string> = new Set(["name", "arguments", "_meta"]);

/** The wish of a `tools/call` that asks for nothing besides; what its `_meta` may say, its carrier has looked at. */
function plainWish(params: Wishing["params"]): ToolWish | undefined {
  for (const member in params) if (!plainMembers.has(member)) return undefined;
  const { name, arguments: input = {} } = params;
  if (typeof name !== "string" || name === "" || name.length > 128) return undefined;
  return isRecord(input) && waitOf(name, input) === undefined ? { name, arguments: input } : undefined;
}
