import type { PrincipalId, TokenId } from "../../../protocol/ids.ts";
import type { AuditEntry, OwnedToken, TokenEnd, TokenRotation, TokenRow } from "../tenants.ts";
import { endSessions } from "./sessions.ts";
import { first, rows, type Verb, where } from "./statement.ts";
import { audit } from "./tenants.ts";

type TokenRecord = Omit<TokenRow, "scopes" | "tools" | "roots"> & { scopes: string; tools: string; roots: string };

const columns = `t.id, t.principal, t.name, t.hash, t.scopes, t.tools, t.roots, t.created_at AS "createdAt",
  t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt", t.usd_per_day AS "usdPerDay",
  t.tokens_per_day AS "tokensPerDay"`;

/** Greater than every character of an id. */
const afterAll = "\u{ffff}";

function tokenRow(record: TokenRecord): TokenRow {
  const { scopes, tools, roots } = record;
  return { ...record, scopes: JSON.parse(scopes), tools: JSON.parse(tools), roots: JSON.parse(roots) };
}

export function* putToken(request: { token: TokenRow; audit?: AuditEntry }): Verb<void> {
  const { token } = request;
  yield* rows(
    `INSERT INTO tokens (id, principal, name, hash, scopes, tools, roots, created_at, expires_at, revoked_at,
       usd_per_day, tokens_per_day)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    token.id,
    token.principal,
    token.name,
    token.hash,
    JSON.stringify(token.scopes),
    JSON.stringify(token.tools),
    JSON.stringify(token.roots),
    token.createdAt,
    token.expiresAt,
    token.revokedAt,
    token.usdPerDay,
    token.tokensPerDay,
  );
  if (request.audit !== undefined) yield* audit(request.audit);
}

export function* token(request: { id: TokenId }): Verb<OwnedToken | undefined> {
  const record = yield* first<
    TokenRecord & Pick<OwnedToken, "role" | "principalName"> & { suspendedAt: number | null }
  >(
    `SELECT ${columns}, p.role, p.name AS "principalName", p.suspended_at AS "suspendedAt"
     FROM tokens t JOIN principals p ON p.id = t.principal WHERE t.id = $1`,
    request.id,
  );
  if (record === undefined) return undefined;
  const { role, principalName, suspendedAt, ...own } = record;
  return { ...tokenRow(own), role, principalName, suspended: suspendedAt !== null };
}

export function* tokens(request: { principal?: PrincipalId; prefix?: string }): Verb<TokenRow[]> {
  const { principal, prefix } = request;
  const filter = where({
    "t.principal = {}": principal,
    "t.id >= {}": prefix,
    "t.id < {}": prefix === undefined ? undefined : `${prefix}${afterAll}`,
  });
  const text = `SELECT ${columns} FROM tokens t ${filter.text} ORDER BY t.created_at, t.id`;
  return (yield* rows<TokenRecord>(text, ...filter.values)).map(tokenRow);
}

export function* countTokens(request: { principal: PrincipalId; now: number }): Verb<number> {
  const counted = yield* first<{ live: number }>(
    `SELECT COUNT(*) AS live FROM tokens
     WHERE principal = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
    request.principal,
    request.now,
  );
  return counted?.live ?? 0;
}

export function* endToken({ but, ...end }: TokenEnd & { but?: TokenId | undefined }): Verb<TokenRow[]> {
  const ended = yield* endOne(end);
  if (ended === undefined) return [];
  return end.revokedAt === undefined ? [ended] : [ended, ...(yield* endHeirs(end, but))];
}

export function* rotateToken({ token: made, audit: entry, old, maker }: TokenRotation): Verb<TokenRow[]> {
  const found = yield* rowOf(old.id);
  if (found === undefined || found.revokedAt !== null) return [];
  if (maker !== undefined && (yield* rowOf(maker))?.revokedAt !== null) return [];
  yield* putToken({ token: made, audit: entry });
  if (maker !== undefined) yield* rows("UPDATE tokens SET maker = $2 WHERE id = $1", made.id, maker);
  yield* spendAs(made.id, old.id);
  return yield* endToken({ ...old, but: maker });
}

function* endOne({ id, revokedAt, expiresAt, audit: entry }: TokenEnd): Verb<TokenRow | undefined> {
  const found = yield* rowOf(id);
  if (found === undefined) return undefined;
  const expiries = [found.expiresAt, expiresAt].filter((at) => at != null);
  const ended = {
    ...found,
    revokedAt: found.revokedAt ?? revokedAt ?? null,
    expiresAt: expiries.length === 0 ? null : Math.min(...expiries),
  };
  yield* rows("UPDATE tokens SET revoked_at = $2, expires_at = $3 WHERE id = $1", id, ended.revokedAt, ended.expiresAt);
  if (ended.revokedAt !== null) yield* endSessions({ token: id });
  yield* audit(entry);
  return tokenRow(ended);
}

/** All that came of a token by rotations, but for one and what came of that. */
function* endHeirs({ id, revokedAt, audit: entry }: TokenEnd, but: TokenId | undefined): Verb<TokenRow[]> {
  const heirs = yield* rows<TokenRecord>(
    `SELECT ${columns} FROM tokens t WHERE t.revoked_at IS NULL AND t.id IN (
       WITH RECURSIVE heirs (id) AS (
         SELECT id FROM tokens WHERE maker = $1 AND id <> $2
         UNION SELECT h.id FROM tokens h JOIN heirs m ON h.maker = m.id WHERE h.id <> $2
       ) SELECT id FROM heirs
     ) ORDER BY t.created_at, t.id`,
    id,
    but ?? "",
  );
  for (const heir of heirs) {
    yield* rows("UPDATE tokens SET revoked_at = $2 WHERE id = $1", heir.id, revokedAt);
    yield* endSessions({ token: heir.id });
    yield* audit({ ...entry, facts: JSON.stringify({ ...JSON.parse(entry.facts), id: heir.id, of: id }) });
  }
  return heirs.map((heir) => tokenRow({ ...heir, revokedAt: revokedAt ?? null }));
}

/** What a token may spend is not more for being replaced: all of a chain spend as its first one. */
function* spendAs(id: TokenId, replaced: TokenId): Verb<void> {
  const first = "(SELECT COALESCE(spends_as, id) FROM tokens WHERE id = $2)";
  yield* rows(`UPDATE tokens SET spends_as = ${first} WHERE id = $1`, id, replaced);
}

function* rowOf(id: TokenId): Verb<TokenRecord | undefined> {
  return yield* first<TokenRecord>(`SELECT ${columns} FROM tokens t WHERE t.id = $1`, id);
}
