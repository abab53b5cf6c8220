import type { RawClientDispatch, V2RequestFraming } from "@modelcontextprotocol/ext-tasks/client";
import { post } from "../mcp-http/mcp-door.ts";
import type { Reach } from "./official.ts";

const revision = "2026-07-28";

/** How the requests of a client of 2026-07-28 that takes tasks are framed. */
export const framing: V2RequestFraming = {
  protocolVersion: revision,
  clientInfo: { name: "official", version: "1" },
  clientCapabilities: { extensions: { "io.modelcontextprotocol/tasks": {} } },
};

let lastId = 0;

/** Sends what the official client's own codecs do not let through: the messages of its package for tasks, over HTTP. */
export function rawDispatch({ url, token }: Reach): RawClientDispatch {
  return async (request, options) => {
    const { method, params = {} } = request as { method: string; params?: { name?: string; taskId?: string } };
    const name = params.name ?? params.taskId;
    const headers = {
      accept: "application/json",
      "mcp-protocol-version": revision,
      "mcp-method": method,
      ...(name !== undefined && { "mcp-name": name }),
    };
    const answer = await post({ url, token, headers }, { id: ++lastId, ...(request as object) }, options?.signal);
    return (await answer.json()) as Awaited<ReturnType<RawClientDispatch>>;
  };
}
