/**
 * Codes of the WebSocket's close frame: below 4000 those of RFC 6455, section 7.4.1, and IANA's registry. 4000–4499: come
 * back and resume. 4500–4999: do not retry unchanged. The two halves are Centrifugo's idea. docs/protocol.md has each one's meaning.
 */
export const CLOSE = {
  bye: 1000,
  tooBig: 1009,
  internal: 1011,
  restart: 1012,
  overloaded: 1013,
  drain: 4000,
  heartbeatLost: 4001,
  writeStalled: 4002,
  credentialExpired: 4003,
  slowToOpen: 4004,
  limit: 4005,
  badFrame: 4500,
  unauthorised: 4501,
  origin: 4503,
  takenOver: 4509,
} as const;

/** One of the codes that the daemon closes with. */
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/** Whether a client that was closed so may come back by itself. 1005 is a close without a code, 1006 a cut. */
export function mayResume(code: number): boolean {
  return (
    code === 1001 ||
    code === 1005 ||
    code === 1006 ||
    code === 1011 ||
    code === 1012 ||
    code === 1013 ||
    (code >= 4000 && code < 4500)
  );
}

/** What a close frame's reason says. */
export interface CloseReason {
  /** Of a fault. */
  code: string;
  /** In words what is meant: the first 60 characters. */
  why?: string;
  /** When to come back, at the earliest. */
  retryAfterMs?: number;
}

const longestWhy = 60;

/** JSON in plain ASCII; a close frame has room for 123 bytes. */
export function closeReasonText({ code, why, retryAfterMs }: CloseReason): string {
  const plain = why?.replaceAll(/[^ !#-[\]-~]/g, "?").slice(0, longestWhy);
  return JSON.stringify({ code, why: plain, retryAfterMs });
}

/** `undefined` where the reason is none of ours: a proxy's, a library's, or cut. */
export function readCloseReason(text: string): CloseReason | undefined {
  try {
    const { code, why, retryAfterMs } = JSON.parse(text);
    if (typeof code !== "string") return undefined;
    const reason: CloseReason = { code };
    if (typeof why === "string") reason.why = why;
    if (typeof retryAfterMs === "number") reason.retryAfterMs = retryAfterMs;
    return reason;
  } catch {
    return undefined;
  }
}
