import type { Clock } from "../../../base/clock.ts";
import { type Credentials, credentialsOf, shortestSecret } from "../../../core/upstreams/credentials.ts";
import { isProgram, type UpstreamServer } from "../../../core/upstreams/server.ts";
import type { ConnectRequest, UpstreamConnection, UpstreamRequest } from "../../../core/upstreams/upstream.ts";
import { Fault } from "../../../protocol/fault.ts";
import { AddressLink } from "./address-link.ts";
import { cleaner } from "./cleaner.ts";
import { clientOf, type Revision } from "./client-of.ts";
import { faultOf } from "./fault-of.ts";
import { LastWords } from "./last-words.ts";
import { endOf, type Link } from "./link.ts";
import { McpConnection, noTimeout } from "./mcp-connection.ts";
import { ProgramLink } from "./program-link.ts";
import { askUser } from "./question.ts";
import { loadSdk, type Sdk } from "./sdk.ts";
import { type ProgramParts, startProgram } from "./start-program.ts";

/** So many tokens of a session, the newest ones, are no more to be told by its server than a secret is. */
const keptTokens = 4;
/** Questions of one session that wait for its user at once. */
const mostQuestions = 4;

export interface ConnectingParts extends ProgramParts {
  clock: Clock;
  version: string;
  /** The daemon's own variable of this name. */
  variable: (name: string) => string | undefined;
  /** Makes a text fit for logs and errors: without these secrets, nor what looks like one. */
  scrubber: (secrets: readonly string[]) => (text: string) => string;
}

interface Opening {
  sdk: Sdk;
  request: ConnectRequest;
  credentials: Credentials;
  onToken: (token: string) => void;
}

/** Reaches servers by the official library: programs through the process host, others by Streamable HTTP. */
export class Connecting {
  readonly #parts: ConnectingParts;
  /** Entries whose programs turned out to be older servers, by name: they are not asked again. */
  readonly #older = new Map<string, string>();

  constructor(parts: ConnectingParts) {
    this.#parts = parts;
  }

  async connect(request: ConnectRequest, signal: AbortSignal): Promise<UpstreamConnection> {
    const { server } = request;
    const { name, protocol } = server;
    const revision = this.#older.get(name) === entryOf(server) ? "2025-11-25" : protocol;
    try {
      return await this.#connectAs(request, revision, signal);
    } catch (error) {
      // Some older servers end at the first request that they do not know.
      const isOld =
        isProgram(server) && revision === "auto" && error instanceof Fault && error.code === "upstream.lost";
      if (!isOld || signal.aborted) throw unavailable(name, error, signal);
    }
    try {
      return await this.#connectAs(request, "2025-11-25", signal);
    } catch (error) {
      throw unavailable(name, error, signal);
    }
  }

  async #connectAs(request: ConnectRequest, revision: Revision, signal: AbortSignal): Promise<UpstreamConnection> {
    const { server, onChanged } = request;
    const sdk = await loadSdk();
    const credentials = credentialsOf(server, this.#parts.variable);
    const secrets = [...credentials.secrets];
    const scrub = this.#parts.scrubber(secrets);
    const onToken = (token: string) => {
      if (token.length < shortestSecret) return;
      secrets.splice(credentials.secrets.length + keptTokens - 1);
      secrets.splice(credentials.secrets.length, 0, token);
    };
    const said = new LastWords();
    const onSaid = (line: string) => request.onSaid(said.add(scrub(line)));
    await using undo = new AsyncDisposableStack();
    const link = undo.use(await this.#open({ sdk, request: { ...request, onSaid }, credentials, onToken }, signal));
    const underWay = new Set<UpstreamRequest>();
    const clean = cleaner(secrets);
    const client = clientOf({ sdk, version: this.#parts.version, revision, onChanged });
    let waiting = 0;
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      const [one, ...others] = underWay;
      if (one === undefined || others.length > 0)
        throw new Error("Nobody can tell whose question it is: of several calls under way it names none");
      if (waiting >= mostQuestions) throw new Error(`${waiting} questions wait for the user, expected fewer at once`);
      waiting += 1;
      try {
        return await askUser({ server: server.name, params: clean(params) }, one);
      } finally {
        waiting -= 1;
      }
    });
    try {
      await client.connect(link.transport, { signal, timeout: noTimeout });
    } catch (error) {
      signal.throwIfAborted();
      throw await reasonOf({ sdk, link, name: server.name, said, clean }, error);
    }
    if (isProgram(server) && client.getProtocolEra() === "legacy") this.#older.set(server.name, entryOf(server));
    undo.move();
    return new McpConnection({ sdk, server: server.name, client, link, clean }, underWay);
  }

  async #open({ sdk, request, credentials, onToken }: Opening, signal: AbortSignal): Promise<Link> {
    const { server, user, onSaid } = request;
    const { clock } = this.#parts;
    const { values, grant: of } = credentials;
    if (!isProgram(server))
      return new AddressLink({ sdk, clock, server, headers: values, ...(of && { grant: { of, onToken } }) });
    const child = await startProgram(this.#parts, { server, user, env: values }, signal);
    return new ProgramLink({ child, clock, server, onSaid });
  }
}

/** Another one may be another program. */
function entryOf(server: UpstreamServer): string {
  return JSON.stringify(server);
}

/** Why it could not be reached, with the last words of a program. */
async function reasonOf(
  {
    sdk,
    link,
    name,
    said,
    clean,
  }: { sdk: Sdk; link: Link; name: string; said: LastWords; clean: (text: string) => string },
  error: unknown,
): Promise<Fault> {
  const found = faultOf({ sdk, asked: { server: name, tool: "connect" } }, error);
  const ended = await endOf(link);
  const fault = ended ?? (found === "closed" ? undefined : found);
  const message = clean(fault?.message ?? `Cannot reach ${name}: its connection was closed`);
  const words = said.best === "" ? "" : `; its last words: ${said.best}`;
  return new Fault(ended?.code ?? "upstream.unavailable", `${message}${words}`, { facts: { server: name } });
}

/** Whatever kept a server from being reached: nothing was asked of it, so that another try does no harm. */
function unavailable(name: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof Fault)) return error;
  const { code, message, facts, retry } = error;
  if (code === "upstream.unreadable" || code === "upstream.unavailable") return error;
  const { afterMs } = retry;
  return new Fault("upstream.unavailable", message.replace(/^Cannot finish \S+/, `Cannot reach ${name}`), {
    facts: { ...facts, server: name },
    ...(afterMs !== undefined && { retryAfterMs: afterMs }),
  });
}
