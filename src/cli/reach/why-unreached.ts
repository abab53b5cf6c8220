import { Fault } from "../../protocol/fault.ts";
import { faultView } from "../../protocol/fault-view.ts";

const answerWithinMs = 5000;

/** Why no connection came about, as far as a plain request to the same address tells; a browser's socket says nothing. */
export async function whyUnreached(url: string, failed: Fault, signal: AbortSignal): Promise<Fault> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  const answered = await askHealth(url, within).catch(() => undefined);
  if (answered === undefined) return new Fault(failed.code, failed.message, { facts: { url }, cause: failed });
  const { status, body } = answered;
  const refused = faultView.safeParse(faultIn(body));
  if (refused.success) return Fault.from(refused.data);
  const fact =
    status === 200 && body.trim() === "ok"
      ? "it answers HTTP but no WebSocket, expected what lies between to pass on both"
      : `what answers there is no exai (HTTP ${status}), expected the daemon`;
  return new Fault("client.disconnected", `Cannot connect to ${url}: ${fact}`, { facts: { url }, cause: failed });
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
