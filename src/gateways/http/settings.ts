export interface HttpSettings {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** `Host` values besides loopback and the bound address, as clients send them. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  /** `trusted`: the last entry of `X-Forwarded-For` is who asks, for slowing down failed attempts. */
  proxy: "none" | "trusted";
  /** PEM texts. */
  tls?: { cert: string; key: string };
  /** Names the store's history; cursors carry it. */
  epoch: string;
  version: string;
  maxBodyBytes: number;
  /** Open at once, those that were upgraded aside. */
  maxConnections: number;
  /** How long a header, a whole request, and the first byte of a connection may take. */
  headersMs: number;
  requestMs: number;
  silentMs: number;
  /** How long closing waits for answers under way. */
  closeMs: number;
}

/** Defaults of what is not the operator's business. */
export const httpLimits = {
  maxBodyBytes: 1024 * 1024,
  maxConnections: 2048,
  headersMs: 5000,
  requestMs: 10_000,
  silentMs: 5000,
  closeMs: 2000,
} as const;
