import WebSocket from "ws";
import { type Client, connect } from "../../client/client.ts";
import { Fault } from "../../protocol/fault.ts";
import type { Shell } from "../shell.ts";
import { ownVersion } from "../version.ts";
import { isNear, type Place, placeOf } from "./place.ts";
import { ownerToken, runningDaemon, urlOf } from "./running.ts";
import { startDaemon, tellStart } from "./start-daemon.ts";
import { versionNote } from "./version-note.ts";
import { waitForReturn } from "./wait-for-return.ts";

/** More tries before the first success only make a command wait for nobody. */
const ifNeeded = { start: "if-needed" } as const;
const tries = { local: 1, named: 3 };

/**
 * A client of the daemon that is meant. A local one is started in the background if none runs; a daemon of
 * another version is told about and used.
 */
export async function reach(shell: Shell, { start }: { start: "if-needed" | "never" } = ifNeeded): Promise<Client> {
  const client = await reachOnce(shell, { start });
  waitForReturn(client, shell.screen);
  return client;
}

/** The same; nothing gives it up when it is cut. */
export async function reachOnce(shell: Shell, { start }: { start: "if-needed" | "never" } = ifNeeded): Promise<Client> {
  const place = placeOf(shell.env);
  const client =
    place.kind === "named"
      ? await openNamed(shell, place)
      : await openLocal(shell, { ...place, starts: place.starts && start === "if-needed" });
  const { version } = await client.ready(shell.signal);
  const note = versionNote(version, place.kind);
  if (note !== undefined) shell.screen.note(shell.screen.warning(note));
  return client;
}

async function openNamed(shell: Shell, { url, token, home }: Extract<Place, { kind: "named" }>): Promise<Client> {
  // The owner's token of this machine is no other daemon's business.
  const shown = token ?? (isNear(url) ? await ownerToken(home) : undefined);
  if (shown === undefined) {
    throw new Fault("auth.required", `Cannot talk to ${url}: no token is set, expected one in EXAI_TOKEN`);
  }
  return await open(shell, { url, token: shown, firstTries: tries.named });
}

async function openLocal(shell: Shell, { home, token, starts }: Extract<Place, { kind: "local" }>): Promise<Client> {
  const running = await runningDaemon(home);
  if (running !== undefined) {
    const url = urlOf(running);
    const client = await openRunning(shell, { home, token, url }).catch(async (error: unknown) => {
      if (!isNobody(error) || error.facts["reason"] === "tls") throw error;
      // Nobody named this address: the advice is not to doubt it.
      if (!starts) throw new Fault(error.code, error.message, { cause: error });
    });
    if (client !== undefined) return client;
  }
  if (!starts) {
    const message = `Cannot reach the daemon: none runs on ${home}, expected one`;
    throw new Fault("client.disconnected", message, { facts: { home } });
  }
  const started = await startDaemon(home, running, shell.signal);
  tellStart(shell.screen, started, home);
  return await openRunning(shell, { home, token, url: urlOf(started.daemon) });
}

async function openRunning(
  shell: Shell,
  { home, token, url }: { home: string; token: string | undefined; url: string },
): Promise<Client> {
  const shown = token ?? (await ownerToken(home));
  if (shown !== undefined) return await open(shell, { url, token: shown, firstTries: tries.local });
  throw new Fault("auth.required", `Cannot talk to ${url}: ${home} holds no owner.token, expected one or EXAI_TOKEN`);
}

async function open(shell: Shell, to: { url: string; token: string; firstTries: number }): Promise<Client> {
  const client = connect({
    url: to.url,
    token: to.token,
    firstTries: to.firstTries,
    client: { name: "exai", version: ownVersion() },
    socket: (url, protocols) => new WebSocket(url, protocols, { perMessageDeflate: false }),
  });
  try {
    await client.ready(shell.signal);
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

function isNobody(error: unknown): error is Fault {
  return error instanceof Fault && error.code === "client.disconnected";
}
