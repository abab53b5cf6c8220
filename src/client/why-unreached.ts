import { Fault } from "../protocol/fault.ts";
import { faultView } from "../protocol/fault-view.ts";

/** Why no connection came about. */
export interface Unreached {
  fault: Fault;
  /** Whether another try may come further: nobody answers yet, or who answers has no time. */
  mayPass: boolean;
  /** Set where a daemon answers, and only its WebSocket does not. */
  lacks?: "socket";
}

interface Answer {
  status: number;
  body: string;
}

/**
 * Why there is no WebSocket at an address, `http://host:port`, as far as a plain request to it tells; a page's socket
 * says nothing. Shows nobody a credential. Never throws.
 */
export async function whyUnreached(url: string, signal: AbortSignal): Promise<Unreached> {
  const answered = await askHealth(url, signal).catch((error: unknown) => ({ error }));
  if ("error" in answered) {
    if (isNoHttp(answered.error)) return other(url, "what answers there speaks no HTTP, expected the daemon");
    const fact = await tlsMistake(url, answered.error, signal);
    if (fact !== undefined) return { fault: unreached(url, fact, { reason: "tls" }), mayPass: false };
    return passing(url, "nobody answers there, expected the daemon");
  }
  return whyNot(url, answered);
}

function whyNot(url: string, { status, body }: Answer): Unreached {
  const refused = faultView.safeParse(faultIn(body));
  if (refused.success) return { fault: Fault.from(refused.data), mayPass: refused.data.retry.safe };
  if (status === 200 && body.trim() === "ok")
    return {
      ...passing(url, "it answers HTTP but no WebSocket, expected what lies between to pass on both"),
      lacks: "socket",
    };
  const fact = `what answers there is no exai (HTTP ${status}), expected the daemon`;
  return status >= 500 || status === 429 ? passing(url, fact) : other(url, fact);
}

function passing(url: string, fact: string): Unreached {
  return { fault: new Fault("client.disconnected", sentence(url, fact), { facts: { url } }), mayPass: true };
}

function other(url: string, fact: string): Unreached {
  return { fault: unreached(url, fact, {}), mayPass: false };
}

function unreached(url: string, fact: string, facts: Record<string, unknown>): Fault {
  return new Fault("client.disconnected", sentence(url, fact), { facts: { url, ...facts }, retrySafe: false });
}

function sentence(url: string, fact: string): string {
  return `Cannot connect to ${url}: ${fact}`;
}

/** What is wrong about TLS at an address that cannot be asked, if that is it. Shows nobody a credential. */
export async function tlsMistake(url: string, failed: unknown, signal: AbortSignal): Promise<string | undefined> {
  const code = codeOf(failed);
  if (isDistrusted(code))
    return `its certificate is not trusted (${code}), expected one that NODE_EXTRA_CA_CERTS names`;
  const isSecure = url.startsWith("https:");
  const otherUrl = isSecure ? url.replace("https:", "http:") : url.replace("http:", "https:");
  const isThere = await askHealth(otherUrl, signal).then(
    () => true,
    (error: unknown) => isDistrusted(codeOf(error)),
  );
  if (!isThere) return undefined;
  return isSecure
    ? `what answers there speaks plain HTTP and no TLS, expected ${otherUrl}`
    : `what answers there speaks TLS, expected ${otherUrl}`;
}

/** A certificate came, and was refused: it is nobody's fault but its own. */
function isDistrusted(code: string): boolean {
  return /CERT|UNABLE_TO_VERIFY|SELF_SIGNED/.test(code);
}

function isNoHttp(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === "HTTPParserError";
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
}

async function askHealth(url: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(`${url}/healthz`, { signal, redirect: "manual", headers: { connection: "close" } });
  return { status: response.status, body: (await response.text()).slice(0, 10_000) };
}

function faultIn(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && "fault" in answer ? answer.fault : undefined;
  } catch {
    // Whoever answers no JSON is no exai, which is told.
    return undefined;
  }
}
