import type { Client } from "@modelcontextprotocol/client";
import type { ConnectRequest } from "../../../core/upstreams/upstream.ts";
import type { Sdk } from "./sdk.ts";

/** A program that does not answer a question it does not know within this time is an older server. */
const probeMs = 5000;

export type Revision = "auto" | "2025-11-25" | "2026-07-28";

export interface ClientParts {
  sdk: Sdk;
  version: string;
  revision: Revision;
  onChanged: ConnectRequest["onChanged"];
}

/** A client of the official library that does nothing by itself: whatever comes is told, and judged elsewhere. */
export function clientOf({ sdk, version, revision, onChanged }: ClientParts): Client {
  const mode = revision === "auto" ? "auto" : revision === "2025-11-25" ? "legacy" : { pin: revision };
  const told = (what: "offer" | "resources") => ({
    autoRefresh: false,
    debounceMs: 0,
    onChanged: () => onChanged(what),
  });
  return new sdk.Client(
    { name: "exai", version },
    {
      capabilities: { elicitation: { form: {}, url: {} } },
      versionNegotiation: { mode, probe: { timeoutMs: probeMs } },
      // Each question belongs to a call, which the library does not know of.
      inputRequired: { autoFulfill: false },
      listChanged: { tools: told("offer"), prompts: told("offer"), resources: told("resources") },
      // What a server answers is its own; no code is made of a stranger's schema.
      jsonSchemaValidator: {
        getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
      },
    },
  );
}
