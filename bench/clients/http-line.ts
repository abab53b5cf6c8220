import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Answered {
  status: number;
  /** As they came, without the first line. */
  headers: string;
  body: string;
}

/** One connection of HTTP, kept alive, with one request at a time: so little that it costs every server the same. */
export class HttpLine {
  readonly #socket: Socket;
  readonly #head: string;
  #received = "";
  #waiting: PromiseWithResolvers<Answered> | undefined;

  private constructor(socket: Socket, { host, pathname }: URL) {
    this.#socket = socket;
    this.#head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n`;
    socket.setEncoding("latin1").on("data", (chunk: string) => this.#take(chunk));
    socket.on("close", () => this.#waiting?.reject(new Error(`The connection is gone: ${this.#received}`)));
    socket.on("error", () => socket.destroy());
  }

  static async open(url: string): Promise<HttpLine> {
    const where = new URL(url);
    const socket = connect({ host: where.hostname, port: Number(where.port), noDelay: true });
    await once(socket, "connect");
    return new HttpLine(socket, where);
  }

  async post(headers: Readonly<Record<string, string>>, body: string): Promise<Answered> {
    this.#waiting = Promise.withResolvers();
    let head = this.#head;
    for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
    this.#socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return await this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.#received.slice(0, end);
    const rest = this.#received.slice(end + 4);
    if (!isWhole(head, rest)) return;
    const waiting = this.#waiting;
    this.#received = "";
    this.#waiting = undefined;
    const firstLine = head.indexOf("\r\n");
    waiting?.resolve({ status: Number(head.slice(9, 12)), headers: head.slice(firstLine + 2), body: rest });
  }
}

/** Nothing is sent before the answer to the last request has ended, so what is there belongs to it. */
function isWhole(head: string, rest: string): boolean {
  const [, length] = /^content-length: *(\d+)/im.exec(head) ?? [];
  if (length !== undefined) return rest.length >= Number(length);
  return /^transfer-encoding: *chunked/im.test(head) ? rest.endsWith("0\r\n\r\n") : true;
}
