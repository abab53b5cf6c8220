import type { EventType } from "../../../protocol/events.ts";
import type { CallId, PrincipalId, SessionId, TokenId } from "../../../protocol/ids.ts";
import type { NewSession, SessionRow } from "../sessions.ts";
import type { Reservation } from "../spend.ts";
import type { CallRow, Entry, NewCall, Store } from "../store.ts";
import type { AuditEntry, PrincipalRow, TokenRow } from "../tenants.ts";

export interface OpenedStore extends AsyncDisposable {
  store: Store;
  /** Closes it and opens the same data again. */
  reopen(): Promise<Store>;
}

type Acceptor = Pick<Store, "accept" | "call">;

export type OpenStore = () => Promise<OpenedStore>;

export const ann = "ann" as PrincipalId;
export const bob = "bob" as PrincipalId;
export const startedAt = Date.UTC(2026, 0, 1, 12);
export const dayMs = 86_400_000;

export function callNamed(name: string): CallId {
  return name as CallId;
}

export function entry(type: EventType, data: unknown = {}, at = startedAt): Entry {
  return { type, at, data: JSON.stringify(data) };
}

export function accepted(at = startedAt): Entry {
  return entry("call.accepted", { tool: "echo", trace: "00" }, at);
}

export function succeeded(content = "done", at = startedAt): Entry {
  return entry("call.succeeded", { result: { content } }, at);
}

export function newCall(id: string, more: Partial<NewCall> = {}): NewCall {
  return {
    id: callNamed(id),
    principal: ann,
    tool: "echo",
    input: '{"text":"hello"}',
    options: '{"deadlineMs":1000}',
    resumable: true,
    entries: [accepted()],
    ...more,
  };
}

/** Accepts a new call; answers its row. */
export async function begin(store: Acceptor, id: string, more: Partial<NewCall> = {}): Promise<CallRow> {
  const { kind } = await store.accept(newCall(id, more));
  const row = await store.call({ call: callNamed(id) });
  if (kind !== "new" || row === undefined) throw new Error(`Expected ${id} to be new, and it is ${kind}`);
  return row;
}

/** Accepts a call and lets it succeed at `at`. */
export async function finish(
  store: Acceptor & Pick<Store, "append">,
  id: string,
  more: Partial<NewCall> & { at?: number } = {},
): Promise<void> {
  const { at = startedAt, ...rest } = more;
  const { fence } = await begin(store, id, { entries: [accepted(at)], ...rest });
  await store.append({ call: callNamed(id), fence, entries: [succeeded("done", at)] });
}

export function principal(id: PrincipalId, more: Partial<PrincipalRow> = {}): PrincipalRow {
  return { id, name: `name of ${id}`, role: "user", createdAt: startedAt, suspendedAt: null, ...more };
}

export function token(id: string, more: Partial<TokenRow> = {}): TokenRow {
  return {
    id: id as TokenId,
    principal: ann,
    name: "laptop",
    hash: "a".repeat(64),
    scopes: ["tools", "exec"],
    tools: ["chat*"],
    roots: ['/srv/with "quotes" and ünïcode'],
    createdAt: startedAt,
    expiresAt: null,
    revokedAt: null,
    usdPerDay: null,
    tokensPerDay: null,
    ...more,
  };
}

export function session(id: string, more: Partial<SessionRow> = {}): SessionRow {
  return {
    id: id as SessionId,
    principal: ann,
    token: "t1" as TokenId,
    secretHash: "first",
    previousHash: null,
    client: "cli",
    seenAt: startedAt,
    expiresAt: startedAt + 1000,
    ...more,
  };
}

/** A session to be put where there is room enough. */
export function newSession(id: string, more: Partial<SessionRow> = {}): NewSession {
  return { session: session(id, more), max: 100, now: startedAt, idleBefore: 0 };
}

export function reservation(id: string, more: Partial<Reservation> = {}): Reservation {
  return {
    id,
    call: callNamed("c1"),
    principal: ann,
    tool: "chat",
    provider: "glm",
    model: "glm-5",
    at: startedAt,
    modelCalls: 1,
    inputTokens: 100,
    outputTokens: 50,
    usd: 0.1,
    ...more,
  };
}

export function act(name: string, by = ann): AuditEntry {
  return { at: startedAt, principal: by, act: name, facts: "{}" };
}
