import { once } from "node:events";
import { WebSocket } from "ws";

/** Whom a client talks to: the product shows a credential, the floor has none. */
export interface Server {
  url: string;
  token?: string;
}

export interface Opened {
  session: string;
  resume: { secret: string };
}

interface Answered {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

let lastId = 1_000_000_000;

export async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, ["exai.v1"], { perMessageDeflate: false, skipUTF8Validation: true });
  await once(socket, "open");
  socket.on("error", () => socket.terminate());
  return socket;
}

/** One request and its answer, for whatever is not measured by the call. */
export async function ask<R>(socket: WebSocket, method: string, params: unknown): Promise<R> {
  lastId += 1;
  const id = lastId;
  const { promise, resolve, reject } = Promise.withResolvers<R>();
  const take = (data: Buffer, isBinary: boolean) => {
    if (isBinary) return;
    const answer = JSON.parse(data.toString()) as Answered;
    if (answer.id !== id) return;
    if (answer.error === undefined) resolve(answer.result as R);
    else reject(new Error(`${method}: ${answer.error.message}`));
  };
  const left = () => reject(new Error(`${method}: the connection is gone`));
  socket.on("message", take);
  socket.once("close", left);
  socket.send(requestText(id, method, params));
  return await promise.finally(() => {
    socket.off("message", take);
    socket.off("close", left);
  });
}

export function requestText(id: number, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

/** A connection that has shown its credential. */
export async function openSession(
  url: string,
  credential: { token: string } | { resume: { session: string; secret: string } },
): Promise<{ socket: WebSocket; opened: Opened }> {
  const socket = await connect(url);
  const client = { name: "bench", version: "1" };
  return { socket, opened: await ask<Opened>(socket, "session.open", { ...credential, client }) };
}

/** A connection that is ready for requests, to the product or to the floor. */
export async function ready({ url, token }: Server): Promise<WebSocket> {
  return token === undefined ? await connect(url) : (await openSession(url, { token })).socket;
}
