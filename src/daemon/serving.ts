import { readFile } from "node:fs/promises";
import { SlowedAnswers } from "../core/operations/slowed-answers.ts";
import { HttpGateway } from "../gateways/http/http-gateway.ts";
import type { Exposition } from "../gateways/http/parts.ts";
import { type HttpSettings, httpLimits } from "../gateways/http/settings.ts";
import { WebsocketGateway } from "../gateways/websocket/websocket-gateway.ts";
import type { Settings } from "./config/settings.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";
import { openMcp } from "./mcp.ts";
import { openMcpChannels } from "./mcp-channels.ts";
import { openMcpHttp } from "./mcp-http.ts";
import type { Metrics, Reading } from "./telemetry/metrics.ts";

/** Opens both gateways over one core and listens: from here on people come in. */
export async function openServing(beginning: Beginning, core: Core): Promise<{ host: string; port: number }> {
  const { settings, lifecycle, observation, clock, version, node } = beginning;
  const { operations, doors, journal, outputs, presences, rates, calls } = core;
  const { epoch } = core.store;
  const { telemetry, metrics } = observation;
  // One for both: a source has only so many answers held back, whichever way it asks.
  const slowed = new SlowedAnswers({ clock });
  const shared = { operations, doors, journal, outputs, presences, rates, clock, slowed, reports: telemetry };
  const mcp = openMcp(beginning, core);
  const websocket = await lifecycle.start("the WebSocket gateway", () => {
    const { maxFrameBytes } = settings.listen;
    return new WebsocketGateway({
      ...shared,
      calls,
      settings: { epoch, node, version, sessionInflight: settings.inflight.session, maxFrameBytes },
      mcp: openMcpChannels(mcp),
    });
  });
  const http: HttpGateway = await lifecycle.start("the HTTP gateway", async () => {
    const settled = await httpSettings(settings, { epoch, version });
    return new HttpGateway({
      ...shared,
      settings: settled,
      mcp: openMcpHttp(beginning, core, mcp),
      upgrade: (request, socket, upgraded) => websocket.upgrade(request, socket, upgraded),
      health: core.status,
      metrics: exposition(metrics, core, () => ({ http: http.connections, websocket: websocket.connections })),
    });
  });
  return await lifecycle.step("listening", () => http.listen());
}

/** What a scrape reads: what was counted, and how everything stands at that moment. */
function exposition(metrics: Metrics, core: Core, connections: () => Reading["connections"]): Exposition {
  const { status, admission, journal, store } = core;
  return {
    contentType: metrics.contentType,
    text: async () => {
      const { phases, sessions } = await status.view();
      return await metrics.text({
        permits: admission.counts(),
        phases,
        sessions,
        connections: connections(),
        followed: journal.followed().length,
        storedBytes: await store.size(),
      });
    },
  };
}

async function httpSettings(settings: Settings, about: { epoch: string; version: string }): Promise<HttpSettings> {
  const { host, port, allowedHosts, allowedOrigins, behindProxy, tls, maxFrameBytes } = settings.listen;
  const proxy = behindProxy ? "trusted" : "none";
  const base: HttpSettings = {
    ...httpLimits,
    maxBodyBytes: maxFrameBytes,
    ...about,
    host,
    port,
    allowedHosts,
    allowedOrigins,
    proxy,
  };
  if (tls === undefined) return base;
  const [cert, key] = await Promise.all([readFile(tls.certFile, "utf8"), readFile(tls.keyFile, "utf8")]);
  return { ...base, tls: { cert, key } };
}
