import { Fault } from "../../../protocol/fault.ts";
import { type Session, unavailable } from "./session.ts";

/** Any number does, as long as every daemon takes the same. */
const lockKey = 0x65786169;
const probes = 3;

/**
 * What every connection of a daemon begins with: commits that are durable when they answer, a quick end for a
 * daemon whose machine is gone, and the lock that keeps a second daemon off the database for as long as this
 * connection lives.
 */
export async function own(session: Session): Promise<void> {
  await session.exec("SET synchronous_commit = on");
  await session.exec("SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3");
  await session.exec("SET idle_in_transaction_session_timeout = '60s'");
  const { rows } = await session.exec(`SELECT pg_try_advisory_lock(${lockKey}) AS locked`);
  if (rows[0]?.locked === true) return;
  const holder = await session.exec(
    `SELECT a.application_name AS name, a.client_addr AS address FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = ${lockKey} AND l.database = a.datid AND l.granted`,
  );
  const { name = "another", address = null } = holder.rows[0] ?? {};
  throw new Fault("instance.running", `Cannot use the database: ${name} is running on it, expected none`, {
    facts: { name, address },
  });
}

/**
 * Refuses a pooler that gives each transaction another connection: the lock would then belong to nobody. A
 * second session inside a transaction must never be on the first one's connection, nor push it to another.
 */
export async function refusePooler(session: Session, other: Session): Promise<void> {
  for (let probe = 0; probe < probes; probe++) {
    const mine = await backend(session);
    await other.exec("BEGIN");
    const theirs = await backend(other);
    // Where both share one connection, the first one would now wait for the other's transaction.
    if (mine === theirs || mine !== (await backend(session))) throw pooled();
    await other.exec("COMMIT");
  }
}

function pooled(): Fault {
  return new Fault(
    "config.invalid",
    "Cannot use the database through this pooler: it changes connections between transactions, expected a direct connection or session mode",
  );
}

async function backend(session: Session): Promise<unknown> {
  try {
    const { rows } = await session.exec("SELECT pg_backend_pid() AS pid");
    return rows[0]?.pid;
  } catch (error) {
    throw unavailable(error);
  }
}
