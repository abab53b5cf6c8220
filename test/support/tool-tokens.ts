import { encode } from "gpt-tokenizer/encoding/o200k_base";
import type { ToolView } from "../../src/protocol/tool-view.ts";
import { RawClient } from "./raw-client.ts";

/** The tools that the owner of this daemon is shown. */
export async function shownTools({ url, token }: { url: string; token: string }): Promise<ToolView[]> {
  const { client } = await RawClient.open(`${url.replace(/^http/, "ws")}/v1/ws`, { token });
  using _client = client;
  const { result } = await client.request("tools.list");
  return (result as { tools: ToolView[] }).tools;
}

/** What a tool costs every conversation of a client that has it: o200k tokens of what a model is given of it. */
export function tokensOf({ name, title, description, inputSchema }: ToolView): number {
  return encode(JSON.stringify({ name, title, description, inputSchema })).length;
}
