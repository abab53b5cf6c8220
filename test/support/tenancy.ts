import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteStore } from "../../src/adapters/store/sqlite/sqlite-store.ts";
import { SortableIds } from "../../src/base/ids.ts";
import { Administration } from "../../src/core/tenants/administration.ts";
import type { Caller } from "../../src/core/tenants/caller.ts";
import { Doors, type EndedToken } from "../../src/core/tenants/doors.ts";
import { tokenCreate } from "../../src/protocol/access-methods.ts";
import { Fault } from "../../src/protocol/fault.ts";
import { temporaryFolder } from "./core.ts";
import { ManualClock } from "./manual-clock.ts";

export const here = { address: "127.0.0.1", client: "test" };
export const allRoots = ["/home/me", "/srv"];
const sessionTtlMs = 3_600_000;

type Create = Parameters<typeof tokenCreate.parse>[0] & object;

/** The ways in over a real store, with the owner there and time that stands still. */
export async function openTenancy(options: { maxSessions?: number; ownToken?: string } = {}) {
  const folder = await temporaryFolder();
  const clock = new ManualClock();
  const ids = new SortableIds(clock);
  const store = await openSqliteStore({ folder: folder.path, durability: "process", clock });
  const settings = { sessionTtlMs, maxSessions: options.maxSessions ?? 1000, allRoots };
  /** What a new start of the daemon makes of the same store. */
  const start = () => new Doors({ store, clock, ids, settings });
  const doors = start();
  const administration = new Administration({ store, clock, ids, doors, allRoots });
  const written: string[] = [];
  const writeSecret = async (token: string) => void written.push(token);
  await administration.ensureOwner({ kept: undefined, writeSecret, ...ownTokenOf(options.ownToken) });
  const ended: EndedToken[] = [];
  doors.onEnded((token) => ended.push(token));
  const ownerToken = written[0] ?? "";
  const owner = await doors.authenticate(ownerToken, here);

  return {
    folder: folder.path,
    clock,
    store,
    doors,
    start,
    administration,
    ended,
    owner,
    ownerToken,
    /** Another start: what is written to the owner's file, if anything. */
    async ensureAgain(kept: string | undefined, ownToken?: string): Promise<string | undefined> {
      const before = written.length;
      await administration.ensureOwner({ kept, writeSecret, ...ownTokenOf(ownToken) });
      return written[before];
    },
    create: (by: Caller, params: Create) => administration.createToken(by, tokenCreate.parse(params)),
    /** A token of a new user. */
    async user(name: string, params: Partial<Create> = {}) {
      const { id } = await administration.createPrincipal(owner, { name, role: "user" });
      return await administration.createToken(owner, tokenCreate.parse({ name, principal: id, ...params }));
    },
    audit(): { principal: string; act: string; facts: Record<string, unknown> }[] {
      using database = new DatabaseSync(join(folder.path, "exai.db"), { readOnly: true });
      const rows = database.prepare("SELECT principal, act, facts FROM audit ORDER BY id").all();
      return rows.map(({ principal, act, facts }) => ({
        principal: String(principal),
        act: String(act),
        facts: JSON.parse(String(facts)),
      }));
    },
    async [Symbol.asyncDispose]() {
      doors[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function ownTokenOf(ownToken: string | undefined): { ownToken?: string } {
  return ownToken === undefined ? {} : { ownToken };
}

/** What became of an attempt, as a word: an assertion on it fails as one, whichever way it went. */
export function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "let in",
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );
}
