import type { Clock } from "../../../base/clock.ts";
import { bindVerbs } from "../../../core/store/bind-verbs.ts";
import { GroupCommit, type OnCommit } from "../../../core/store/group-commit.ts";
import type { Store } from "../../../core/store/store.ts";
import { verbNames } from "../../../core/store/verbs/table.ts";
import { Fault } from "../../../protocol/fault.ts";
import { migrate, openEpoch } from "./migrate.ts";
import { own, refusePooler } from "./ownership.ts";
import { migrations } from "./schema.ts";
import { Session, unavailable } from "./session.ts";
import { runBatch } from "./transaction.ts";

/**
 * The store in a PostgreSQL database, which belongs to one daemon at a time (`instance.running`). A connection
 * that is lost fails the verbs it was given; the next ones open another.
 */
export async function openPostgresStore(parts: { url: string; clock: Clock; onCommit?: OnCommit }): Promise<Store> {
  const connection = new OwnedConnection(parts.url);
  const epoch = await connection.open();
  const commits = new GroupCommit({
    commit: async (batch) => await runBatch(await connection.session(), batch),
    onCommit: parts.onCommit,
  });
  return {
    ...bindVerbs(verbNames, (called) => commits.run(called)),
    epoch,
    size: async () => {
      const { rows } = await (await connection.session()).exec("SELECT pg_database_size(current_database()) AS bytes");
      return Number(rows[0]?.bytes);
    },
    backup: () =>
      Promise.reject(
        new Fault("store.unavailable", "Cannot back up PostgreSQL from here: expected pg_dump or its own backups", {
          retrySafe: false,
        }),
      ),
    [Symbol.asyncDispose]: async () => {
      await commits[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

/** The one connection, opened anew once it is lost. */
class OwnedConnection implements AsyncDisposable {
  readonly #url: string;
  #session: Session | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** The first time: also checks what is between us and the server, and brings the tables up to date. */
  async open(): Promise<string> {
    try {
      const session = await this.session();
      await using other = await Session.connect(this.#url);
      await refusePooler(session, other);
      await migrate(session, migrations);
      return await openEpoch(session);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error instanceof Fault ? error : unavailable(error);
    }
  }

  async session(): Promise<Session> {
    if (this.#session?.isLost === false) return this.#session;
    await this[Symbol.asyncDispose]();
    const session = await Session.connect(this.#url);
    this.#session = session;
    try {
      await own(session);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error instanceof Fault ? error : unavailable(error);
    }
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }
}
