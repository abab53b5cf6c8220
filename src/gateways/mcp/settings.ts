import { matches } from "../../core/tenants/scopes.ts";

/** What a client takes of an answer. */
export interface ClientLimits {
  /** A call that takes longer is answered with its handle; before the client itself gives up. */
  readonly waitMs: number;
  /** Larger texts, and larger structured content, become a digest and a link. */
  readonly textTokens: number;
}

/** Its own limits hold for every client that `clients` does not name. */
export interface McpSettings extends ClientLimits {
  /** What holds for clients of a name, in which `*` stands for any run of characters; the first that fits. */
  readonly clients: readonly ({ readonly name: string } & Partial<ClientLimits>)[];
  /** How long an ended call is kept, in milliseconds: a task's time to live. */
  readonly keepMs: number;
  readonly version: string;
  /** What signs the state that a client carries for us, at least 32 bytes. */
  readonly key: Uint8Array;
}

/** The limits of the client that calls itself so. */
export function limitsOf(settings: McpSettings, client: string): ClientLimits {
  const { waitMs, textTokens, clients } = settings;
  const own = clients.find(({ name }) => matches(name.toLowerCase(), client.toLowerCase()));
  return { waitMs: own?.waitMs ?? waitMs, textTokens: own?.textTokens ?? textTokens };
}
