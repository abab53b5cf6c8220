import pg from "pg";
import type { Statement } from "../../../core/store/verbs/statement.ts";
import { Fault } from "../../../protocol/fault.ts";

const int8 = 20;
const numeric = 1700;
const connectMs = 10_000;

/** What is counted and summed here stays far below 2^53; as text it would be no number. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 || oid === numeric ? Number : pg.types.getTypeParser(oid, format)),
};

interface Known {
  name: string;
  /** Its rows are waited for; any other statement is sent on its way, and only its failure matters. */
  answers: boolean;
}

/** One connection for life, with its statements prepared once and sent without waiting for each other. */
export class Session implements AsyncDisposable {
  readonly #client: pg.Client;
  readonly #known = new Map<string, Known>();
  #sent: Promise<unknown>[] = [];
  #lost: Error | undefined;

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on("error", (error) => {
      this.#lost ??= error;
    });
    client.on("end", () => {
      this.#lost ??= new Error("the connection has ended");
    });
  }

  static async connect(url: string): Promise<Session> {
    const client = new pg.Client({
      connectionString: url,
      types,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
      application_name: `exai ${process.pid}`,
    });
    const session = new Session(client);
    try {
      await client.connect();
    } catch (error) {
      throw unavailable(error);
    }
    return session;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Rows of a statement that answers; `[]` at once for one that does not, whose failure `settled` tells. */
  async rows(statement: Statement): Promise<unknown[]> {
    const { text, values } = statement;
    if (values.some((value) => typeof value === "string" && value.includes("\0")))
      throw new Fault("input.invalid", "Cannot store a text: it holds the character NUL, expected none");
    const { name, answers } = this.#statement(text);
    const result = this.#client.query({ name, text, values: [...values] });
    if (answers) return (await result).rows;
    result.catch(() => {});
    this.#sent.push(result);
    return [];
  }

  /** Runs a text of one or more statements without values. */
  async exec(text: string): Promise<pg.QueryResult> {
    return await this.#client.query(text);
  }

  /** Waits for what was sent; throws the first failure among it. */
  async settled(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    await Promise.all(sent);
  }

  #statement(text: string): Known {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const answers = /^\s*SELECT\b|\bRETURNING\b/.test(text);
    const added = { name: `exai_${this.#known.size}`, answers };
    this.#known.set(text, added);
    return added;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A connection that is gone already cannot say good-bye; it is closed all the same.
    await this.#client.end().catch(() => {});
  }
}

/** Never with the address: it may hold a password. */
export function unavailable(cause: unknown): Fault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Fault("store.unavailable", `Cannot use PostgreSQL: ${reason}, expected a working connection`, { cause });
}
