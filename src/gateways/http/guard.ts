import type { IncomingMessage } from "node:http";
import { Fault } from "../../protocol/fault.ts";

export interface GuardSettings {
  /** `Host` values that are served, lower case, with the port exactly as clients send it. */
  readonly hosts: ReadonlySet<string>;
  /** Origins whose pages may call. */
  readonly origins: ReadonlySet<string>;
}

/** The hosts that are always served (loopback names and the bound address) and those that the settings name. */
export function servedHosts(bound: { host: string; port: number }, named: readonly string[]): ReadonlySet<string> {
  const address = bound.host.includes(":") ? `[${bound.host}]` : bound.host;
  const own = ["localhost", "127.0.0.1", "[::1]", address].map((name) => `${name}:${bound.port}`);
  return new Set([...own, ...named].map((host) => host.toLowerCase()));
}

/**
 * What a rebound DNS name and a page of another origin are refused with: `auth.host`, `auth.origin`.
 * No `Origin` at all is no browser page, and is admitted.
 */
export function admits(request: IncomingMessage, settings: GuardSettings): Fault | undefined {
  const hosts = valuesOf(request, "host");
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined || !settings.hosts.has(host.toLowerCase()))
    return new Fault(
      "auth.host",
      "Cannot serve this Host: it is not one of the daemon's, expected a name it listens under",
      {
        facts: { host: hosts.join(", ").slice(0, 200), setting: "EXAI_ALLOWED_HOSTS" },
      },
    );
  const origins = valuesOf(request, "origin");
  if (origins.every((origin) => settings.origins.has(origin)) && origins.length <= 1) return undefined;
  return new Fault("auth.origin", "Cannot serve this page: its Origin is not allowed, expected one of the settings", {
    facts: { origin: origins.join(", ").slice(0, 200), setting: "EXAI_ALLOWED_ORIGINS" },
  });
}

/** Each as it was sent, also where HTTP would have the first one only. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? "";
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? "");
  }
  return values;
}
