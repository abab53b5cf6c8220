import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Door } from "../http-door.ts";

export type Era = "legacy" | "modern";

/** An official client of the daemon over HTTP. */
export async function readingClient(
  { url, token }: Door,
  era: Era = "legacy",
  prepare: (client: Client) => void = () => {},
): Promise<Client & AsyncDisposable> {
  const mode = era === "modern" ? { pin: "2026-07-28" } : "legacy";
  const client = new Client({ name: "reader", version: "1" }, { versionNegotiation: { mode } });
  prepare(client);
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
