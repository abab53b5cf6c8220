import type { Fault } from "../../protocol/fault.ts";
import type { PrincipalId } from "../../protocol/ids.ts";
import type { Result } from "../../protocol/result.ts";
import type { UpstreamServer } from "./server.ts";

/** For whom a session is: nobody else's calls are ever in it. */
export interface UpstreamUser {
  principal: PrincipalId;
  role: "owner" | "operator" | "user";
  roots: readonly string[];
}

/** A tool as its server describes it, and as far as that was taken. */
export interface UpstreamTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** What its structured content is, where it says so. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
}

/** What a server has at one moment; never changed. */
export interface ToolList {
  readonly tools: ReadonlyMap<string, UpstreamTool>;
  /** What it named and is not offered, and why. */
  readonly left: readonly { name: string; reason: string }[];
}

export interface UpstreamProgress {
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

/** A server that was reached, for one user. Disposing ends it, and waits until nothing of it lives. */
export interface UpstreamConnection extends AsyncDisposable {
  /** The revision of the protocol that it speaks. */
  readonly protocol: string;
  /**
   * Settles once it is over, with the fault that ended it, or with none where it was disposed. What is under way
   * has failed with the same fault by then.
   */
  readonly ended: Promise<Fault | undefined>;
  /** What it has now, as it says: each entry is still to be judged. At most 1000. */
  list(signal: AbortSignal): Promise<unknown[]>;
  /**
   * Its answer. Refuses with `upstream.failed` where the tool says that it failed, `upstream.lost` where the server
   * went, `upstream.unreadable` where nobody can read what it sent. An aborted signal tells the server and waits no longer.
   */
  call(request: UpstreamRequest, signal: AbortSignal): Promise<Result>;
}

export interface ConnectRequest {
  server: UpstreamServer;
  user: UpstreamUser;
  /** It says that its tools have changed. */
  onToolsChanged: () => void;
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
