import { WebSocket } from "ws";
import { SystemClock } from "../../src/base/clock.ts";
import { type Client, type ConnectOptions, connect, type SocketFactory } from "../../src/client/index.ts";
import { socketPath } from "../../src/protocol/methods.ts";
import { type ChaosOptions, ChaosProxy } from "./chaos-proxy.ts";
import { type RigOptions, SocketRig } from "./socket-rig.ts";

export const never = new AbortController().signal;
export const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

export const wsSocket: SocketFactory = (url, protocols) => new WebSocket(url, protocols, { perMessageDeflate: false });

export function clientOf(url: string, token: string, more: Partial<ConnectOptions> = {}): Client {
  const parts = { url, token, client: { name: "test", version: "1" }, socket: wsSocket, random: () => 0, ...more };
  return connect(parts as ConnectOptions);
}

/** A daemon behind a proxy that harms it. */
export async function behindProxy(plan: ChaosOptions["plan"], options: RigOptions = {}) {
  await using building = new AsyncDisposableStack();
  const rig = building.use(await SocketRig.open(options));
  const target = { host: "127.0.0.1", port: rig.port };
  const proxy = building.use(await ChaosProxy.open({ target, clock: new SystemClock(), plan }));
  const held = building.move();
  const url = `ws://127.0.0.1:${proxy.port}${socketPath}`;
  return { rig, proxy, url, token: await rig.token("ada"), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Cuts the link and resolves once the client has noticed. */
export async function cut(proxy: ChaosProxy, client: Client): Promise<void> {
  const { promise: noticed, resolve } = Promise.withResolvers<void>();
  using _state = client.onState(() => resolve());
  proxy.cutAll();
  await noticed;
}

/** A socket that shows what is sent over it. */
export function spyOn(look: (method: string, params: Record<string, unknown>) => void): SocketFactory {
  return (url, protocols) => {
    const inner = new WebSocket(url, protocols, { perMessageDeflate: false });
    const send = inner.send.bind(inner);
    inner.send = (data: string | Uint8Array) => {
      if (typeof data === "string") {
        const { method, params } = JSON.parse(data);
        look(method, params);
      }
      send(data);
    };
    return inner;
  };
}
