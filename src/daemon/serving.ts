import { readFile } from "node:fs/promises";
import { HttpGateway } from "../gateways/http/http-gateway.ts";
import { type HttpSettings, httpLimits } from "../gateways/http/settings.ts";
import { WebsocketGateway } from "../gateways/websocket/websocket-gateway.ts";
import type { Settings } from "./config/settings.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";

/** Opens both gateways over one core and listens: from here on people come in. */
export async function openServing(beginning: Beginning, core: Core): Promise<{ host: string; port: number }> {
  const { settings, lifecycle, observation, version, node } = beginning;
  const { epoch } = core.store;
  const { telemetry, metrics } = observation;
  const websocket = await lifecycle.start("the WebSocket gateway", () => {
    const { maxFrameBytes } = settings.listen;
    return new WebsocketGateway({
      ...beginning,
      ...core,
      settings: { epoch, node, version, sessionInflight: settings.inflight.session, maxFrameBytes },
      onBug: (error, report) => telemetry.bug(error, { place: "websocket", trace: report }),
    });
  });
  const http = await lifecycle.start("the HTTP gateway", async () => {
    const settled = await httpSettings(settings, { epoch, version });
    return new HttpGateway({
      ...beginning,
      ...core,
      settings: settled,
      health: core.status,
      metrics,
      reports: telemetry,
    });
  });
  http.onUpgrade = (request, socket, head) => websocket.upgrade(request, socket, head);
  observation.reading.read = async () => {
    const view = await core.status.view();
    return {
      permits: core.admission.counts(),
      phases: view.phases,
      sessions: view.sessions,
      connections: { http: http.connections, websocket: websocket.connections },
      followed: core.journal.followed().length,
      storedBytes: await core.store.size(),
    };
  };
  return await lifecycle.step("listening", () => http.listen());
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
