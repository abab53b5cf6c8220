import { createHash } from "node:crypto";
import { program } from "../../programs/programs.ts";
import type { DaemonProcess } from "../../support/daemon.ts";
import { ask } from "../http-door.ts";
import { clientOf, startPatiently } from "../socket-client.ts";

const unit = Buffer.concat([Buffer.from("a\0é€😀"), Buffer.from([0xff, 0xc0, 0x80, 0xe2, 0x82, 0x00, 0xf0, 0x9f])]);
const block = Buffer.concat(Array.from({ length: 4096 }, () => unit));

/** What a way of reading brought: how much, and whether it is what was written, from its first byte to its last. */
export interface Brought {
  from: number;
  bytes: number;
  isExact: boolean;
}

/** The settings of a daemon that runs the program. */
export const lineSettings = { EXAI_EXEC_ALLOW: process.execPath, EXAI_ROOTS: "/tmp" };

/**
 * A line of so many bytes that are no text, out of a program and through the whole daemon: as it is written
 * over WebSocket, and what is kept of it afterwards over HTTP.
 */
export async function longLine(daemon: DaemonProcess, length: number): Promise<Record<"webSocket" | "http", Brought>> {
  await using client = clientOf(daemon);
  const input = { argv: program("writes-line", String(length)), cwd: "/tmp", overflow: "block" };
  const call = await startPatiently(client, "exec", { input, follow: true });
  const live = new Comparing(0);
  for await (const piece of call.output()) if (piece.kind === "data") live.add(piece.offset, piece.bytes);
  await call.result();
  return { webSocket: live.brought(), http: (await overHttp(daemon, call.id)).brought() };
}

async function overHttp(daemon: DaemonProcess, call: string): Promise<Comparing> {
  let kept: Comparing | undefined;
  for (let offset = 0; ; ) {
    const page = await ask(daemon, `/api/v1/calls/${call}/output?offset=${offset}&limit=1048576`);
    const start = Number(page.headers.get("exai-offset"));
    kept ??= new Comparing(start);
    kept.add(start, new Uint8Array(await page.arrayBuffer()));
    offset = Number(page.headers.get("exai-next-offset"));
    if (page.headers.get("exai-complete") === "true") return kept;
    if (!page.ok) throw new Error(`HTTP ${page.status}`);
  }
}

/** Bytes as they came beside those that were written, by their hashes. */
class Comparing {
  readonly #from: number;
  readonly #came = createHash("sha256");
  readonly #written = createHash("sha256");
  #at: number;
  #isInPlace = true;

  constructor(from: number) {
    this.#from = from;
    this.#at = from;
  }

  add(offset: number, bytes: Uint8Array): void {
    this.#isInPlace &&= offset === this.#at;
    this.#came.update(bytes);
    this.#at = offset + bytes.length;
    for (let at = offset; at < this.#at; ) {
      const place = at % block.length;
      const some = block.subarray(place, place + this.#at - at);
      this.#written.update(some);
      at += some.length;
    }
  }

  brought(): Brought {
    const isExact = this.#isInPlace && this.#came.digest("hex") === this.#written.digest("hex");
    return { from: this.#from, bytes: this.#at - this.#from, isExact };
  }
}
