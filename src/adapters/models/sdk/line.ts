import { refusedPort } from "../../../base/refused-port.ts";
import type { Endpoint } from "../../../core/models/model.ts";
import { Fault } from "../../../protocol/fault.ts";
import { bounded } from "./bounded.ts";
import { parsedJson } from "./parsed-json.ts";
import type { Quirks } from "./quirks.ts";
import { redaction } from "./redaction.ts";
import { readAnswer, type Scene, statusFault, vendorFault } from "./vendor-fault.ts";

/** The platform's own, or what stands in for it. */
export type Fetch = typeof globalThis.fetch;

/** A part of the address so long may be a secret of its own. */
const secretLength = 16;

export interface LineParts {
  endpoint: Endpoint;
  headers: (apiKey: string) => Record<string, string>;
  quirks?: Quirks;
  fetch?: Fetch;
}

/** The connection to one endpoint: its address and key, and what its failures say. Faults: `config.invalid`. */
export class Line {
  readonly provider: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly endpoint: Endpoint;
  readonly quirks: Quirks;
  /** Follows no redirect: it would carry the prompt to a host that nobody named. Its bodies are bounded. */
  readonly fetch: Fetch;
  readonly #authorization: Record<string, string>;
  readonly #scene: Pick<Scene, "provider" | "host" | "hide" | "quirks">;

  constructor({ endpoint, headers, quirks = {}, fetch: send }: LineParts) {
    const url = checkedAddress(endpoint);
    const { provider, apiKey } = endpoint;
    this.provider = provider;
    this.baseUrl = url.href;
    this.apiKey = apiKey;
    this.endpoint = endpoint;
    this.quirks = quirks;
    this.#authorization = apiKey === undefined ? {} : headers(apiKey);
    const secrets = [apiKey ?? "", ...url.pathname.split("/").filter((name) => name.length >= secretLength)];
    this.#scene = { provider, host: url.host, hide: redaction(secrets), quirks };
    this.fetch = async (input, init) =>
      bounded(await (send ?? globalThis.fetch)(input, { ...init, redirect: "manual" }));
  }

  /** For a question; without a model for what is asked beside questions. */
  scene(task: Pick<Scene, "model" | "task">): Scene {
    return { ...this.#scene, ...task, stage: "asking" };
  }

  /** What the endpoint answers beside questions, parsed where it is JSON. Faults as of a question. */
  async request(path: string, init: RequestInit & { task: string }, signal: AbortSignal): Promise<unknown> {
    const { task, ...rest } = init;
    const scene = this.scene({ task });
    try {
      const headers = { ...this.#authorization, ...Object.fromEntries(new Headers(rest.headers)) };
      const response = await this.fetch(`${this.baseUrl}${path}`, { ...rest, headers, signal });
      scene.stage = "opened";
      const body = await response.text();
      if (!response.ok)
        throw statusFault(readAnswer(response.status, Object.fromEntries(response.headers), { body, scene }), scene);
      return parsedJson(body) ?? body;
    } catch (failure) {
      signal.throwIfAborted();
      throw failure instanceof Fault ? failure : (vendorFault(failure, scene) ?? failure);
    }
  }
}

/** Faults say neither the address nor the key: either may hold a secret. */
function checkedAddress({ provider, baseUrl, apiKey }: Endpoint): URL {
  const url = URL.parse(baseUrl.replace(/\/+$/, ""));
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new Fault(
      "config.invalid",
      `Cannot use the address of ${provider}: it is no URL, expected https://host/path`,
    );
  const port = refusedPort(url);
  if (port !== undefined)
    throw new Fault(
      "config.invalid",
      `Cannot use the address of ${provider}: no request goes to port ${port}, expected one that is no other protocol's`,
    );
  if (`${url.username}${url.password}${url.search}` !== "")
    throw new Fault(
      "config.invalid",
      `Cannot use the address of ${provider}: it carries credentials or a query, expected https://host/path and the key apart`,
    );
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey))
    throw new Fault(
      "config.invalid",
      `Cannot use the key of ${provider}: it holds spaces or is empty, expected the bare key`,
    );
  return url;
}
