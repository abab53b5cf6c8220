import { createRequestStateCodec, type RequestStateCodec, type ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type CallId, callId } from "../../protocol/ids.ts";

const state = z.strictObject({ call: callId });

/** A question is open for a day. */
const ttlSeconds = 86_400;

/**
 * The state that a client of 2026-07-28 carries from a question back with its answer: which call asked. Signed, so
 * that nobody makes one up; whose call it is decides what it opens.
 */
export class RequestStates {
  readonly #codec: RequestStateCodec<z.infer<typeof state>>;

  constructor(key: Uint8Array) {
    this.#codec = createRequestStateCodec({ key, ttlSeconds });
  }

  /** Good for a day. */
  async mint(call: CallId, context: ServerContext): Promise<string> {
    return await this.#codec.mint({ call }, context);
  }

  /** The call of a state; `undefined` where the state is none of ours, or too old. */
  async callOf(text: string, context: ServerContext): Promise<CallId | undefined> {
    try {
      return state.parse(await this.#codec.verify(text, context)).call;
    } catch {
      return undefined;
    }
  }
}
