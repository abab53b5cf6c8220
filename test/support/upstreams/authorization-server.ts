import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { HttpNotebook } from "./http-server.ts";

/** An authorization server on loopback that gives tokens to one client for its secret. */
export class AuthorizationServer implements AsyncDisposable {
  /** What it was asked for, newest last. */
  readonly asked: { authorization: string | undefined; form: URLSearchParams }[] = [];
  /** Tokens that are good now. */
  readonly good = new Set<string>();
  /** What it gives, by how many it has given. */
  tokenOf = (given: number): string => `a-token-number-${given}`;
  readonly #client: { id: string; secret: string };
  readonly #http: Server;
  #given = 0;

  private constructor(client: { id: string; secret: string }) {
    this.#client = client;
    this.#http = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(client: { id: string; secret: string }): Promise<AuthorizationServer> {
    const server = new AuthorizationServer(client);
    server.#http.listen(0, "127.0.0.1");
    await once(server.#http, "listening");
    return server;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** From now on the notebook answers those who have a good token of this server's; `names` is whom it says to ask. */
  protect(notebook: HttpNotebook, names: string = this.issuer): void {
    const { origin } = new URL(notebook.url);
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    notebook.instead = ({ url, headers: { authorization = "" } }, response) => {
      if (url === new URL(metadata).pathname)
        return tell(response, { resource: notebook.url, authorization_servers: [names] });
      if (this.good.has(authorization.replace("Bearer ", ""))) return false;
      response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${metadata}", scope="notes"` }).end();
      return true;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { issuer } = this;
    if (request.url?.startsWith("/.well-known/oauth-authorization-server") === true) {
      const token_endpoint_auth_methods_supported = ["client_secret_basic"];
      const ends = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
      tell(response, { issuer, ...ends, response_types_supported: ["code"], token_endpoint_auth_methods_supported });
    } else if (request.method === "POST" && request.url === "/token") await this.#token(request, response);
    else response.writeHead(404).end();
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    this.asked.push({ authorization, form: new URLSearchParams(await text(request)) });
    const { id, secret } = this.#client;
    const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
    if (authorization !== expected) {
      tell(response, { error: "invalid_client", error_description: "nobody knows this client" }, 401);
      return;
    }
    this.#given += 1;
    const token = this.tokenOf(this.#given);
    this.good.add(token);
    tell(response, { access_token: token, token_type: "Bearer", expires_in: 3600 });
  }
}

function tell(response: ServerResponse, body: object, status = 200): true {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  return true;
}
