import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../src/base/clock.ts";

export type Direction = "up" | "down";

/** What happens to one connection. Bytes are counted in one direction, so a cut falls where it falls: inside a header, a payload or between frames. */
export interface Plan {
  /** Both ends are cut once so many bytes have passed. */
  cut?: { direction: Direction; afterBytes: number };
  /** From so many bytes on nothing passes any more, and nobody is told. */
  blackHole?: { direction: Direction; afterBytes: number };
  /** Every chunk waits this long. */
  delayMs?: number;
  /** Whatever the client sends is sent a second time over a connection of its own, as somebody would who listened. */
  double?: boolean;
}

/** Numbers from 0 to 1 that come again with the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A plan that cuts, swallows, delays or doubles, by chance. */
export function chaos(random: () => number, reachBytes = 60_000): Plan {
  const direction: Direction = random() < 0.5 ? "up" : "down";
  // Half of the faults come early, where connections open and resume.
  const afterBytes = Math.floor(random() * (random() < 0.5 ? 2000 : reachBytes));
  const kind = random();
  if (kind < 0.65) return { cut: { direction, afterBytes } };
  if (kind < 0.75) return { blackHole: { direction, afterBytes } };
  if (kind < 0.85) return { delayMs: Math.floor(random() * 20), cut: { direction, afterBytes } };
  if (kind < 0.95) return { double: true, cut: { direction, afterBytes } };
  return {};
}

export interface ChaosOptions {
  target: { host: string; port: number };
  clock: Clock;
  /** The plan of the connection with this number, counted from 0. */
  plan: (connection: number) => Plan;
}

/** A TCP proxy that does harm by plan. */
export class ChaosProxy implements AsyncDisposable {
  readonly #options: ChaosOptions;
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #waiting = new Set<Disposable>();
  /** Where connections go: a restarted server has another port. */
  target: ChaosOptions["target"];
  connections = 0;
  cuts = 0;
  port = 0;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.target = options.target;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(options: ChaosOptions): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    proxy.port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  /** Cuts everything that is open now. */
  cutAll(): void {
    for (const socket of [...this.#open]) this.#cut(socket);
  }

  #join(client: Socket): void {
    const plan = this.#options.plan(this.connections++);
    const server = this.#connect();
    const twin = plan.double === true ? this.#connect() : undefined;
    this.#track(client);
    twin?.resume();
    this.#pass({ from: client, to: server, direction: "up", plan, twin });
    this.#pass({ from: server, to: client, direction: "down", plan, twin: undefined });
    client.on("close", () => this.#cutBoth(server, twin));
    server.on("close", () => this.#cutBoth(client, twin));
  }

  #connect(): Socket {
    return this.#track(connect(this.target.port, this.target.host));
  }

  #track(socket: Socket): Socket {
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.on("close", () => void this.#open.delete(socket));
    // What went wrong is told by the close that follows.
    socket.on("error", () => {});
    return socket;
  }

  #pass(route: { from: Socket; to: Socket; direction: Direction; plan: Plan; twin: Socket | undefined }): void {
    const { from, to, direction, plan, twin } = route;
    let passed = 0;
    from.on("data", (chunk: Buffer) => {
      const whole = passed + chunk.length;
      const limit = Math.min(limitOf(plan.cut, direction), limitOf(plan.blackHole, direction));
      const part = whole <= limit ? chunk : chunk.subarray(0, Math.max(0, limit - passed));
      passed = whole;
      twin?.write(part);
      this.#later(plan.delayMs, () => {
        if (part.length > 0 && !to.write(part)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
        if (whole > limitOf(plan.cut, direction)) {
          this.cuts += 1;
          // The half that has passed is to arrive, as it would from a wire that breaks.
          to.end(() => this.#cutBoth(from, to));
        }
      });
    });
  }

  #later(delayMs: number | undefined, act: () => void): void {
    if (delayMs === undefined) {
      act();
      return;
    }
    const timer = this.#options.clock.timer(delayMs, () => {
      this.#waiting.delete(timer);
      act();
    });
    this.#waiting.add(timer);
  }

  #cutBoth(...sockets: (Socket | undefined)[]): void {
    for (const socket of sockets) if (socket !== undefined) this.#cut(socket);
  }

  #cut(socket: Socket): void {
    socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#waiting) timer[Symbol.dispose]();
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function limitOf(fault: { direction: Direction; afterBytes: number } | undefined, direction: Direction): number {
  return fault?.direction === direction ? fault.afterBytes : Number.POSITIVE_INFINITY;
}
