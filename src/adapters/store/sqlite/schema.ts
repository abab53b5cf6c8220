/**
 * Each step leads from the version before it (its place in the list) to the next. Steps are never changed
 * once released: a store out there has them behind it.
 *
 * An index is there for a verb that would look through a table otherwise, which `plans.test.ts` asks of each: in
 * `src/core/store/verbs` they say which. Partial ones (`… WHERE …`) hold only what is looked for, so that what has ended
 * costs a new call nothing. Tables whose key is what rows are read by are `WITHOUT ROWID`: the key leads to the row itself.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  token TEXT,
  session TEXT,
  tool TEXT NOT NULL,
  thread TEXT,
  parent TEXT,
  shared_with TEXT,
  key TEXT,
  covers TEXT,
  share_hash TEXT,
  resumable INTEGER NOT NULL,
  phase TEXT NOT NULL,
  seq INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  cancelling TEXT,
  fence INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  ended_at INTEGER,
  ending_first INTEGER,
  bytes INTEGER NOT NULL,
  delta_bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX calls_by_key ON calls (principal, key) WHERE key IS NOT NULL;
CREATE INDEX calls_by_principal ON calls (principal, id);
CREATE INDEX calls_by_share ON calls (principal, share_hash, id) WHERE share_hash IS NOT NULL;
CREATE INDEX calls_open ON calls (id) WHERE ended_at IS NULL;
CREATE INDEX calls_ended ON calls (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE TABLE requests (
  call TEXT PRIMARY KEY,
  input TEXT NOT NULL,
  options TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE journal (
  call TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  deltas INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  entries TEXT NOT NULL,
  PRIMARY KEY (call, first)
) WITHOUT ROWID;
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  token TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  previous_hash TEXT,
  client TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_principal ON sessions (principal, expires_at);
CREATE INDEX sessions_by_token ON sessions (token);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE principals (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  suspended_at INTEGER
) WITHOUT ROWID;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  tools TEXT NOT NULL,
  roots TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX tokens_by_principal ON tokens (principal);
CREATE TABLE tickets (
  hash TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  principal TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE spend (
  id TEXT PRIMARY KEY,
  call TEXT NOT NULL,
  principal TEXT NOT NULL,
  tool TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  usd REAL,
  settled INTEGER NOT NULL,
  estimated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX spend_by_principal ON spend (principal, at);
CREATE INDEX spend_by_call ON spend (call);
CREATE INDEX spend_by_day ON spend (day);
CREATE INDEX spend_open ON spend (id) WHERE settled = 0;
CREATE TABLE spend_days (
  day TEXT NOT NULL,
  principal TEXT NOT NULL,
  tool TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  requests INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  usd REAL NOT NULL,
  unpriced INTEGER NOT NULL,
  PRIMARY KEY (day, principal, tool, provider, model)
) WITHOUT ROWID;
CREATE INDEX spend_days_by_principal ON spend_days (principal, day);
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  act TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE TABLE totals (
  ended_bytes INTEGER NOT NULL,
  checks INTEGER NOT NULL
);
INSERT INTO totals (ended_bytes, checks) VALUES (0, 0);
`,
  `
ALTER TABLE calls ADD COLUMN digest TEXT;
CREATE TABLE held (
  principal TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO held (principal, bytes)
  SELECT principal, SUM(bytes) FROM calls WHERE ended_at IS NOT NULL GROUP BY principal;
ALTER TABLE totals DROP COLUMN ended_bytes;
CREATE INDEX audit_by_time ON audit (at);
`,
  `
CREATE TABLE threads (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL,
  name TEXT,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  turns INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX threads_by_principal ON threads (principal, updated_at, id);
CREATE TABLE turns (
  thread TEXT NOT NULL,
  seq INTEGER NOT NULL,
  call TEXT NOT NULL,
  tool TEXT NOT NULL,
  role TEXT NOT NULL,
  at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  text TEXT NOT NULL,
  more TEXT NOT NULL,
  PRIMARY KEY (thread, seq)
) WITHOUT ROWID;
CREATE INDEX turns_by_call ON turns (thread, call);
CREATE INDEX calls_by_thread ON calls (thread) WHERE thread IS NOT NULL;
CREATE INDEX calls_by_parent ON calls (parent) WHERE parent IS NOT NULL;
ALTER TABLE tokens ADD COLUMN usd_per_day REAL;
ALTER TABLE tokens ADD COLUMN tokens_per_day INTEGER;
ALTER TABLE spend ADD COLUMN token TEXT;
CREATE INDEX spend_by_token ON spend (token, at) WHERE token IS NOT NULL;
`,
  `
ALTER TABLE journal ADD COLUMN input TEXT;
ALTER TABLE journal ADD COLUMN options TEXT;
UPDATE journal SET input = (SELECT input FROM requests WHERE call = journal.call),
  options = (SELECT options FROM requests WHERE call = journal.call) WHERE first = 1;
DROP TABLE requests;
`,
  `
ALTER TABLE spend ADD COLUMN model_calls INTEGER NOT NULL DEFAULT 1;
`,
  `
INSERT INTO held (principal, bytes) SELECT principal, SUM(bytes) FROM threads WHERE true GROUP BY principal
  ON CONFLICT (principal) DO UPDATE SET bytes = held.bytes + excluded.bytes;
`,
  `
CREATE TABLE threads_going (
  id TEXT PRIMARY KEY,
  principal TEXT NOT NULL
) WITHOUT ROWID;
`,
  `
ALTER TABLE tokens ADD COLUMN spends_as TEXT;
`,
  `
ALTER TABLE tokens ADD COLUMN maker TEXT;
`,
];
