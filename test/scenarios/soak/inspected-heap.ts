import WebSocket from "ws";
import { z } from "zod";
import type { DaemonProcess } from "../../support/daemon.ts";

/** What lets a daemon be looked into: a setting of Node, on loopback and any free port. */
export const inspectable = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

const answer = z.object({ id: z.number(), result: z.looseObject({ usedSize: z.number().optional() }) });

/** The living part of a daemon's heap: asked of Node's inspector, after everything dead was collected. */
export class InspectedHeap implements Disposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: z.infer<typeof answer>["result"]) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const { id, result } = answer.parse(JSON.parse(data.toString()));
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  static async of(daemon: DaemonProcess): Promise<InspectedHeap> {
    const listening = /Debugger listening on (ws:\S+)/;
    await daemon.heard(listening);
    const [, url] = listening.exec(daemon.said) ?? [];
    if (url === undefined) throw new Error("the daemon cannot be looked into");
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return new InspectedHeap(socket);
  }

  async livingBytes(): Promise<number> {
    await this.#ask("HeapProfiler.collectGarbage");
    const { usedSize } = await this.#ask("Runtime.getHeapUsage");
    if (usedSize === undefined) throw new Error("the inspector tells no heap");
    return usedSize;
  }

  #ask(method: string): Promise<z.infer<typeof answer>["result"]> {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<z.infer<typeof answer>["result"]>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method }));
    return promise;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
