import type { Role } from "../../protocol/access-methods.ts";
import type { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { UpstreamServer } from "./server.ts";

/** For whom a session is: nobody else's calls are ever in it. */
export interface UpstreamUser {
  principal: PrincipalId;
  role: Role;
  roots: readonly string[];
}

/** A tool as its server describes it, and as far as that was taken. */
export interface UpstreamTool {
  /** The server's own, without the server's name before it. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** What its structured content is, where it says so. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
}

/** A text that a server writes for its users, with blanks to be filled in. */
export interface UpstreamPrompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly { name: string; description?: string; required: boolean }[];
}

/** Something to be read at a server, by the address that this server gave it. */
export interface UpstreamResource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** In bytes. */
  readonly size?: number;
}

/** Addresses of one form (RFC 6570). */
export type UpstreamTemplate = Omit<UpstreamResource, "size">;

/** What a server has at one moment; never changed. */
export interface Offer {
  readonly tools: ReadonlyMap<string, UpstreamTool>;
  readonly prompts: ReadonlyMap<string, UpstreamPrompt>;
  /** By the form itself. */
  readonly templates: ReadonlyMap<string, UpstreamTemplate>;
  /** Which resources there are is each user's own. */
  readonly hasResources: boolean;
  /** What it named and is not offered, and why. */
  readonly left: readonly LeftOut[];
}

/** What of a server is not offered. */
export interface LeftOut {
  name: string;
  reason: string;
}

/** How far a call is, in the server's own unit; `total` where it knows. */
export interface UpstreamProgress {
  /** Empty where it says nothing. */
  message: string;
  done: number;
  total?: number;
}

/** One call of one of its tools. */
export interface UpstreamRequest {
  tool: UpstreamTool;
  input: Readonly<Record<string, unknown>>;
  /** W3C traceparent that it is told. */
  traceparent: string;
  onProgress: (progress: UpstreamProgress) => void;
  /** Asks the user on the server's behalf; resolves with the answer. */
  ask: (prompt: string, schema?: unknown) => Promise<unknown>;
}

/** What is read at a server: nothing is done there, and no call stands behind it. */
export type Reading =
  | { kind: "prompt"; name: string; arguments: Readonly<Record<string, string>> }
  | { kind: "resource"; uri: string }
  | {
      kind: "completion";
      /** A prompt by its name, or a form of addresses. */
      of: { prompt: string } | { template: string };
      argument: { name: string; value: string };
      /** What the other blanks were filled with. */
      given: Readonly<Record<string, string>>;
    };

/** What a server can be asked for a list of. */
export type Listed = "tools" | "prompts" | "resources" | "templates";

/** That one is told of a resource. */
export interface Watching extends AsyncDisposable {
  /** Resolves once nothing more is told of it; the session may go on. */
  readonly over: Promise<void>;
}

/** A server that was reached, for one user. Disposing ends it, and waits until nothing of it lives. */
export interface UpstreamConnection extends AsyncDisposable {
  /** The revision of the protocol that it speaks. */
  readonly protocol: string;
  /**
   * Settles once it is over, with the fault that ended it, or with none where it was disposed. What is under way
   * has failed with the same fault by then.
   */
  readonly ended: Promise<Fault | undefined>;
  /** Of what it says that it has some, now or later. */
  readonly has: ReadonlySet<Listed>;
  /** What it has now, as it says: each entry is still to be judged. At most 1000; none of what it does not have. */
  list(what: Listed, signal: AbortSignal): Promise<unknown[]>;
  /**
   * Its answer. Refuses with `upstream.failed` where the tool says that it failed, `upstream.lost` where the server
   * went, `upstream.unreadable` where nobody can read what it sent. An aborted signal tells the server and waits no longer.
   */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<Result>;
  /** The server's answer, still to be judged. Refuses as `call` does; with `upstream.failed` too where it has nothing such. */
  read(reading: Reading, signal: AbortSignal): Promise<unknown>;
  /** Tells whenever the server says that what is at this address has changed; `undefined` where it tells nobody. */
  watch(uri: string, onUpdated: () => void, signal: AbortSignal): Promise<Watching | undefined>;
}

/** Which server is reached, for whom, and who is told what it says by itself. */
export interface ConnectRequest {
  /** As the settings name it. */
  server: UpstreamServer;
  user: UpstreamUser;
  /** It says that what it has is something else now. */
  onChanged: (what: "offer" | "resources") => void;
  /** What it writes for people: each line without its secrets. */
  onSaid: (line: string) => void;
}

/** Reaches servers. */
export interface UpstreamConnector {
  /**
   * Why this user cannot have this server at all, or `undefined`: `auth.scope`, `process.refused`, or
   * `upstream.unavailable` where what the settings name is not there.
   */
  refusal(server: UpstreamServer, user: Pick<UpstreamUser, "role">): Fault | undefined;
  /** Refuses with `upstream.unavailable` or `upstream.silent`, and nothing of it lives then. */
  connect(request: ConnectRequest, signal: AbortSignal): Promise<UpstreamConnection>;
}
