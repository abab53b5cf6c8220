/** Loaded when a server is first reached: a daemon without any does without it. */
export async function loadSdk(): Promise<Sdk> {
  return await import("@modelcontextprotocol/client");
}

export type Sdk = typeof import("@modelcontextprotocol/client");
