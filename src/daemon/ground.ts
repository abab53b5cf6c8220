import { InProcessBus } from "../adapters/bus/in-process/in-process-bus.ts";
import type { Clock } from "../base/clock.ts";
import type { Ids } from "../base/ids.ts";
import { Journal } from "../core/calls/journal.ts";
import { withLongVerbsInTurn } from "../core/store/long-verbs.ts";
import { Room, withinRoom } from "../core/store/room.ts";
import type { Store } from "../core/store/store.ts";
import { Administration } from "../core/tenants/administration.ts";
import { Doors } from "../core/tenants/doors.ts";
import type { Additions } from "./additions.ts";
import type { LivePart, Settings } from "./config/settings.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Observation } from "./observation.ts";
import { readOwnerToken, writeOwnerToken } from "./owner-token.ts";
import { openStorage } from "./storage.ts";

/** What every stage of the start is given. */
export interface Beginning {
  settings: Settings;
  /** What a reload takes over, as it is now. */
  current: () => LivePart;
  clock: Clock;
  ids: Ids;
  lifecycle: Lifecycle;
  observation: Observation;
  version: string;
  /** The name of this machine, as clients and metrics see it. */
  node: string;
  additions: Additions;
  /** Ends the daemon: without its store it can keep nothing that it promised. */
  onStoreLost: (cause: unknown) => void;
}

/** What is remembered, and who may come in. */
export interface Ground {
  store: Store;
  room: Room;
  journal: Journal;
  doors: Doors;
  administration: Administration;
}

export async function openGround(beginning: Beginning): Promise<Ground> {
  const { settings, clock, ids, lifecycle } = beginning;
  const room = new Room({ maxBytes: settings.store.maxBytes });
  const store = withinRoom(withLongVerbsInTurn(await openStorage(beginning)), room);
  const journal = new Journal({ store, bus: new InProcessBus() });
  const allRoots = settings.roots;
  const { ttlMs: sessionTtlMs, maxPerPrincipal: maxSessions } = settings.sessions;
  const doors = await lifecycle.start("the doors", () => {
    return new Doors({ store, clock, ids, settings: { sessionTtlMs, maxSessions, allRoots } });
  });
  const administration = new Administration({ store, clock, ids, doors, allRoots });
  await lifecycle.step("the owner's token", async () => {
    const file = settings.ownerTokenFile;
    const ownToken = settings.ownToken === undefined ? {} : { ownToken: settings.ownToken.reveal() };
    const kept = await readOwnerToken(file);
    await administration.ensureOwner({ kept, writeSecret: (token) => writeOwnerToken(file, token), ...ownToken });
  });
  return { store, room, journal, doors, administration };
}
