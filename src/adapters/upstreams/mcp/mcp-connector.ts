import { once } from "../../../base/once.ts";
import { refusalOfServer } from "../../../core/upstreams/may-use.ts";
import type { UpstreamServer } from "../../../core/upstreams/server.ts";
import type {
  ConnectRequest,
  UpstreamConnection,
  UpstreamConnector,
  UpstreamUser,
} from "../../../core/upstreams/upstream.ts";
import type { Fault } from "../../../protocol/fault.ts";
import type { ConnectingParts } from "./connecting.ts";

/** Reaches servers by the official library, which is loaded with the first of them: most daemons have none behind them. */
export class McpConnector implements UpstreamConnector {
  readonly #parts: ConnectingParts;
  readonly #connecting = once(async () => new (await import("./connecting.ts")).Connecting(this.#parts));

  constructor(parts: ConnectingParts) {
    this.#parts = parts;
  }

  refusal(server: UpstreamServer, { role }: Pick<UpstreamUser, "role">): Fault | undefined {
    const { processes, leastWay } = this.#parts;
    return refusalOfServer(server, { role, way: processes.confinement.way, leastWay });
  }

  async connect(request: ConnectRequest, signal: AbortSignal): Promise<UpstreamConnection> {
    const connecting = await this.#connecting();
    return await connecting.connect(request, signal);
  }
}
