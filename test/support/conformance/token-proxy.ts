import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";

export interface TokenProxyParts {
  /** Where it listens, on loopback. */
  port: number;
  /** The daemon's, on loopback. */
  to: number;
  /** What a request shows that shows nothing. */
  token: () => string;
}

/** Between two connections these are each one's own. */
const own: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * Passes every request on as it came, with a credential where it has none: whoever asks from this machine without a
 * token is whose token it is. Resolves when it listens.
 */
export async function openTokenProxy({ port, to, token }: TokenProxyParts): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    const shown = request.headers.authorization === undefined ? ["Authorization", `Bearer ${token()}`] : [];
    const headers = [...passed(request.rawHeaders), ...shown];
    pass({ request, response }, { host: "127.0.0.1", port: to, headers });
  });
  await once(server.listen(port, "127.0.0.1"), "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Whoever goes away on one side is gone on the other. */
function pass(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  to: { host: string; port: number; headers: string[] },
): void {
  const { method, url: path } = request;
  const onward = httpRequest({ ...to, method, path, agent: false });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, passed(answer.rawHeaders));
    response.flushHeaders();
    answer.on("error", () => response.destroy()).pipe(response);
  });
  onward.on("error", () => response.destroy());
  response.on("close", () => onward.destroy());
  request.on("error", () => onward.destroy()).pipe(onward);
}

function passed(rawHeaders: readonly string[]): string[] {
  const headers: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (!own.has((rawHeaders[at] ?? "").toLowerCase())) headers.push(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
  return headers;
}
