import { Fault } from "../../protocol/fault.ts";
import { faultView } from "../../protocol/fault-view.ts";

const answerWithinMs = 5000;

/** Why no connection came about, as far as a plain request to the same address tells; a browser's socket says nothing. */
export async function whyUnreached(url: string, failed: Fault, signal: AbortSignal): Promise<Fault> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  const answered = await askHealth(url, within).catch((error: unknown) => ({ error }));
  if ("error" in answered) {
    const fact = await tlsMistake(url, answered.error, within);
    return fact === undefined
      ? new Fault(failed.code, failed.message, { facts: { url }, cause: failed })
      : tlsFault(url, fact);
  }
  const { status, body } = answered;
  const refused = faultView.safeParse(faultIn(body));
  if (refused.success) return Fault.from(refused.data);
  const fact =
    status === 200 && body.trim() === "ok"
      ? "it answers HTTP but no WebSocket, expected what lies between to pass on both"
      : `what answers there is no exai (HTTP ${status}), expected the daemon`;
  return new Fault("client.disconnected", `Cannot connect to ${url}: ${fact}`, { facts: { url }, cause: failed });
}

/** Why a daemon that lives is not reached, where it is its certificate; `undefined` where it is not. */
export async function whyDistrusted(url: string, signal: AbortSignal): Promise<Fault | undefined> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  const answered = await askHealth(url, within).catch((error: unknown) => ({ error }));
  const fact = "error" in answered ? await tlsMistake(url, answered.error, within) : undefined;
  return fact === undefined ? undefined : tlsFault(url, fact);
}

function tlsFault(url: string, fact: string): Fault {
  return new Fault("client.disconnected", `Cannot connect to ${url}: ${fact}`, { facts: { url, reason: "tls" } });
}

/** What is wrong about TLS at an address that cannot be asked, if that is it. Shows nobody a credential. */
export async function tlsMistake(url: string, failed: unknown, signal: AbortSignal): Promise<string | undefined> {
  const code = codeOf(failed);
  if (isDistrusted(code))
    return `its certificate is not trusted (${code}), expected one that NODE_EXTRA_CA_CERTS names`;
  const isSecure = url.startsWith("https:");
  const other = isSecure ? url.replace("https:", "http:") : url.replace("http:", "https:");
  const isThere = await askHealth(other, signal).then(
    () => true,
    (error: unknown) => isDistrusted(codeOf(error)),
  );
  if (!isThere) return undefined;
  return isSecure
    ? `what answers there speaks plain HTTP and no TLS, expected ${other}`
    : `what answers there speaks TLS, expected ${other}`;
}

/** A certificate came, and was refused: it is nobody's fault but its own. */
function isDistrusted(code: string): boolean {
  return /CERT|UNABLE_TO_VERIFY|SELF_SIGNED/.test(code);
}

function codeOf(error: unknown): string {
  const { code = "" } = ((error as Error).cause ?? {}) as { code?: string };
  return code;
}

async function askHealth(url: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
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
