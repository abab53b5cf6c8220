import type { AuthProvider, FetchLike, OAuthTokens } from "@modelcontextprotocol/client";
import type { Clock } from "../../../base/clock.ts";
import type { ClientGrant } from "../../../core/upstreams/credentials.ts";
import { Fault } from "../../../protocol/fault.ts";
import type { Sdk } from "./sdk.ts";

const mostWhy = 300;
/** So often within so long a token is asked for: a server that takes none does not make its issuer be flooded. */
const often = { most: 3, withinMs: 10_000 };

export interface ClientCredentialsParts {
  sdk: Sdk;
  clock: Clock;
  server: { name: string; url: string };
  grant: ClientGrant;
  fetch: FetchLike;
  /** A token that nobody is to read. */
  onToken: (token: string) => void;
}

type Unauthorized = Parameters<NonNullable<AuthProvider["onUnauthorized"]>>[0];

/**
 * The client-credentials grant of OAuth, in memory alone: a token is asked for when the server first wants one, and
 * anew when it takes the old one no more. The secret goes to the authorization server of the entry and to nobody else.
 */
export class ClientCredentials implements AuthProvider {
  readonly #parts: ClientCredentialsParts;
  #token: string | undefined;
  #asking: Promise<void> | undefined;
  /** When it was, of late. */
  #askedMs: readonly number[] = [];

  constructor(parts: ClientCredentialsParts) {
    this.#parts = parts;
  }

  async token(): Promise<string | undefined> {
    return this.#token;
  }

  /** Resolves once there is another token; one question for all requests that wait for it. */
  async onUnauthorized({ response }: Unauthorized): Promise<void> {
    this.#asking ??= this.#ask(response).finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(response: Response): Promise<void> {
    this.#count();
    const { sdk, server, grant } = this.#parts;
    const { issuer, clientId, secret, scope } = grant;
    const { resourceMetadataUrl, scope: wanted } = sdk.extractWWWAuthenticateParams(response);
    const client = new sdk.ClientCredentialsProvider({ clientId, clientSecret: secret, expectedIssuer: issuer });
    const asked = scope ?? wanted;
    try {
      await sdk.auth(client, {
        serverUrl: server.url,
        fetchFn: this.#near,
        ...(resourceMetadataUrl && { resourceMetadataUrl }),
        ...(asked !== undefined && { scope: asked }),
      });
      this.#take(client.tokens());
    } catch (error) {
      throw this.#refused(error);
    }
  }

  #count(): void {
    const { clock, server, grant } = this.#parts;
    const now = clock.monotonicMs();
    const late = this.#askedMs.filter((ms) => now - ms < often.withinMs);
    const [first] = late;
    if (first !== undefined && late.length >= often.most) {
      const fact = `it takes none of the ${late.length} tokens that ${grant.issuer} gave for it of late`;
      const message = `Cannot use ${server.name}: ${fact}, expected one that it takes for as long as it says`;
      const facts = { server: server.name, issuer: grant.issuer };
      throw new Fault("upstream.unavailable", message, { facts, retryAfterMs: first + often.withinMs - now });
    }
    this.#askedMs = [...late, now];
  }

  #take(tokens: OAuthTokens | undefined): void {
    this.#token = tokens?.access_token;
    if (this.#token !== undefined) this.#parts.onToken(this.#token);
  }

  /** Whom a server names is asked nothing: only it and the issuer of the entry are looked at for where the token is. */
  readonly #near: FetchLike = async (url, init) => {
    const { server, grant, fetch } = this.#parts;
    const { origin } = new URL(url);
    const isLooking = (init?.method ?? "GET") === "GET";
    if (isLooking && origin !== new URL(server.url).origin && origin !== new URL(grant.issuer).origin)
      throw new TypeError(`it names ${origin}, which is neither its own nor the issuer's`);
    return await fetch(url, { ...init, redirect: "error" });
  };

  #refused(error: unknown): Fault {
    const { name } = this.#parts.server;
    const { issuer } = this.#parts.grant;
    const why = (error instanceof Error ? error.message : String(error)).slice(0, mostWhy);
    const message = `Cannot use ${name}: there is no token for it from ${issuer}: ${why}, expected "oauth" of its entry to be what that knows`;
    return new Fault("upstream.unavailable", message, { facts: { server: name, issuer } });
  }
}
