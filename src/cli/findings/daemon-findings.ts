import { tlsMistake } from "../../client/why-unreached.ts";
import { Fault } from "../../protocol/fault.ts";
import { faultView } from "../../protocol/fault-view.ts";
import type { ProviderView } from "../../protocol/provider-view.ts";
import { type Readiness, readiness } from "../../protocol/readiness.ts";
import { placeOf } from "../reach/place.ts";
import { ownerToken, runningDaemon, urlOf } from "../reach/running.ts";
import { versionNote } from "../reach/version-note.ts";
import type { Shell } from "../shell.ts";
import { confinementText, missingWays } from "../show/confinement-text.ts";
import { faultText } from "../show/fault-text.ts";
import { ownCommand } from "../version.ts";
import { commandFindings } from "./command-findings.ts";
import type { Finding } from "./finding.ts";

const ownSettings = "it has the settings that it was started with, which may differ from those above";
const answerWithinMs = 10_000;

/** What the daemon says of itself: whether it is ready, and which tools and providers are missing and why. */
export async function daemonFindings(shell: Shell): Promise<Finding[]> {
  const found = await target(shell);
  if ("finding" in found) return [found.finding];
  const { url, token, version } = found;
  try {
    const { status, detail } = await askReadiness(url, token);
    const note = version === undefined ? undefined : versionNote(version, "local");
    return [
      { state: status === "ready" ? "fine" : "wrong", about: "daemon", text: `${url} is ${status}` },
      { state: "note", about: "daemon", text: ownSettings },
      ...(note === undefined ? [] : [{ state: "note", about: "daemon", text: note } as const]),
      ...detailFindings(detail),
      ...(token === undefined ? [] : await commandFindings(url, token)),
    ];
  } catch (error) {
    if (error instanceof Fault) return [{ state: "wrong", about: "daemon", text: faultText(error) }];
    const doubt = placeOf(shell.env).kind === "named" ? "; is EXAI_URL right?" : "";
    const fact = (await tlsMistake(url, error, AbortSignal.timeout(answerWithinMs))) ?? reasonOf(error);
    return [{ state: "wrong", about: "daemon", text: `Cannot reach the daemon at ${url}: ${fact}${doubt}` }];
  }
}

async function target(shell: Shell): Promise<{ finding: Finding } | { url: string; token?: string; version?: string }> {
  const place = placeOf(shell.env);
  if (place.kind === "named") return { url: place.url, ...(place.token && { token: place.token }) };
  const running = await runningDaemon(place.home);
  if (running === undefined) {
    const text = `none runs on ${place.home}; a command starts one, or \`${ownCommand} serve\``;
    return { finding: { state: "note", about: "daemon", text } };
  }
  const token = place.token ?? (await ownerToken(place.home));
  return { url: urlOf(running), version: running.version, ...(token && { token }) };
}

async function askReadiness(url: string, token: string | undefined): Promise<Readiness> {
  const headers = { connection: "close", ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/readyz`, { headers, signal: AbortSignal.timeout(answerWithinMs) });
  if (token === undefined) throw new Fault("auth.required", "Cannot see why: no token is set, expected EXAI_TOKEN");
  const answer: unknown = await response.json();
  const parsed = readiness.safeParse(answer);
  if (parsed.success) return parsed.data;
  const refused = faultView.safeParse((answer as { fault?: unknown }).fault);
  if (refused.success) throw Fault.from(refused.data);
  throw new Fault("client.version", `Cannot read what ${url} says of itself: it is not exai of this version`);
}

function detailFindings(detail: Readiness["detail"]): Finding[] {
  const { store, supervisor, processes, workspace, pressure, providers, missing } = detail;
  return [
    { state: store === "ok" ? "fine" : "wrong", about: "store", text: store },
    ...(supervisor === "ok" ? [] : [{ state: "wrong", about: "commands", text: supervisor } as const]),
    { state: pressure === "normal" ? "fine" : "note", about: "pressure", text: pressure },
    { state: "fine", about: "confined", text: confinementText(processes) },
    ...missingWays(processes).map((text): Finding => ({ state: "note", about: "confined", text })),
    workspaceFinding(workspace),
    ...missing.map(
      ({ name, reason }): Finding => ({ state: "wrong", about: "tool", text: `${name} is missing: ${reason}` }),
    ),
    ...providers.map(providerFinding),
  ];
}

function providerFinding({ name, ready, reason }: ProviderView): Finding {
  const about = "provider";
  if (ready && reason === undefined) return { state: "fine", about, text: `${name} is ready` };
  const why = reason ?? "it gives no reason";
  return { state: "note", about, text: `${name} ${ready ? "is" : "is not"} ready: ${why}` };
}

function workspaceFinding(way: Readiness["detail"]["workspace"]): Finding {
  const about = "files";
  if (way === "handles")
    return { state: "fine", about, text: "paths are followed by handles: who renames leads nobody out" };
  const text =
    "paths are checked and then used: who can write in a root and renames in time leads the daemon out of it";
  return { state: "note", about, text };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
