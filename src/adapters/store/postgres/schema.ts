/**
 * The same tables as in SQLite. Text is compared byte by byte, as there: ids sort by their time. Moments are
 * doubles, which hold milliseconds exactly. Tables whose rows change leave room for that on their pages.
 *
 * Each step leads from the version before it (its place in the list) to the next. Steps are never changed
 * once released: a store out there has them behind it.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE calls (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C",
  session TEXT COLLATE "C",
  tool TEXT COLLATE "C" NOT NULL,
  thread TEXT COLLATE "C",
  parent TEXT COLLATE "C",
  shared_with TEXT COLLATE "C",
  key TEXT COLLATE "C",
  covers TEXT COLLATE "C",
  share_hash TEXT COLLATE "C",
  resumable INTEGER NOT NULL,
  phase TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  cancelling TEXT COLLATE "C",
  fence BIGINT NOT NULL,
  accepted_at DOUBLE PRECISION NOT NULL,
  ended_at DOUBLE PRECISION,
  ending_first BIGINT,
  bytes BIGINT NOT NULL,
  delta_bytes BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX calls_by_key ON calls (principal, key) WHERE key IS NOT NULL;
CREATE INDEX calls_by_principal ON calls (principal, id);
CREATE INDEX calls_by_share ON calls (principal, share_hash, id) WHERE share_hash IS NOT NULL;
CREATE INDEX calls_open ON calls (id) WHERE ended_at IS NULL;
CREATE INDEX calls_ended ON calls (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE TABLE requests (
  call TEXT COLLATE "C" PRIMARY KEY,
  input TEXT COLLATE "C" NOT NULL,
  options TEXT COLLATE "C" NOT NULL
);
CREATE TABLE journal (
  call TEXT COLLATE "C" NOT NULL,
  first BIGINT NOT NULL,
  last BIGINT NOT NULL,
  deltas INTEGER NOT NULL,
  bytes BIGINT NOT NULL,
  entries TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (call, first)
);
CREATE TABLE sessions (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C" NOT NULL,
  secret_hash TEXT COLLATE "C" NOT NULL,
  previous_hash TEXT COLLATE "C",
  client TEXT COLLATE "C" NOT NULL,
  seen_at DOUBLE PRECISION NOT NULL,
  expires_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX sessions_by_principal ON sessions (principal, expires_at);
CREATE INDEX sessions_by_token ON sessions (token);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE principals (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  role TEXT COLLATE "C" NOT NULL,
  created_at DOUBLE PRECISION NOT NULL,
  suspended_at DOUBLE PRECISION
);
CREATE TABLE tokens (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  hash TEXT COLLATE "C" NOT NULL,
  scopes TEXT COLLATE "C" NOT NULL,
  tools TEXT COLLATE "C" NOT NULL,
  roots TEXT COLLATE "C" NOT NULL,
  created_at DOUBLE PRECISION NOT NULL,
  expires_at DOUBLE PRECISION,
  revoked_at DOUBLE PRECISION
);
CREATE INDEX tokens_by_principal ON tokens (principal);
CREATE TABLE tickets (
  hash TEXT COLLATE "C" PRIMARY KEY,
  token TEXT COLLATE "C" NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  expires_at DOUBLE PRECISION NOT NULL
);
CREATE TABLE spend (
  id TEXT COLLATE "C" PRIMARY KEY,
  call TEXT COLLATE "C" NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  tool TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  at DOUBLE PRECISION NOT NULL,
  day TEXT COLLATE "C" NOT NULL,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  usd DOUBLE PRECISION,
  settled INTEGER NOT NULL,
  estimated INTEGER NOT NULL
);
CREATE INDEX spend_by_principal ON spend (principal, at);
CREATE INDEX spend_by_call ON spend (call);
CREATE INDEX spend_by_day ON spend (day);
CREATE INDEX spend_open ON spend (id) WHERE settled = 0;
CREATE TABLE spend_days (
  day TEXT COLLATE "C" NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  tool TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  requests BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  usd DOUBLE PRECISION NOT NULL,
  unpriced BIGINT NOT NULL,
  PRIMARY KEY (day, principal, tool, provider, model)
);
CREATE INDEX spend_days_by_principal ON spend_days (principal, day);
CREATE TABLE audit (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at DOUBLE PRECISION NOT NULL,
  principal TEXT COLLATE "C" NOT NULL,
  act TEXT COLLATE "C" NOT NULL,
  facts TEXT COLLATE "C" NOT NULL
);
CREATE TABLE totals (
  ended_bytes BIGINT NOT NULL,
  checks BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO totals (ended_bytes, checks) VALUES (0, 0);
`,
  `
ALTER TABLE calls ADD COLUMN digest TEXT COLLATE "C";
CREATE TABLE held (
  principal TEXT COLLATE "C" PRIMARY KEY,
  bytes BIGINT NOT NULL
) WITH (fillfactor = 70);
INSERT INTO held (principal, bytes)
  SELECT principal, SUM(bytes) FROM calls WHERE ended_at IS NOT NULL GROUP BY principal;
ALTER TABLE totals DROP COLUMN ended_bytes;
CREATE INDEX audit_by_time ON audit (at);
`,
  `
CREATE TABLE threads (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C",
  title TEXT COLLATE "C" NOT NULL,
  created_at DOUBLE PRECISION NOT NULL,
  updated_at DOUBLE PRECISION NOT NULL,
  turns BIGINT NOT NULL,
  bytes BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX threads_by_principal ON threads (principal, updated_at, id);
CREATE TABLE turns (
  thread TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  call TEXT COLLATE "C" NOT NULL,
  tool TEXT COLLATE "C" NOT NULL,
  role TEXT COLLATE "C" NOT NULL,
  at DOUBLE PRECISION NOT NULL,
  bytes BIGINT NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  more TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (thread, seq)
);
CREATE INDEX turns_by_call ON turns (thread, call);
CREATE INDEX calls_by_thread ON calls (thread) WHERE thread IS NOT NULL;
CREATE INDEX calls_by_parent ON calls (parent) WHERE parent IS NOT NULL;
ALTER TABLE tokens ADD COLUMN usd_per_day DOUBLE PRECISION;
ALTER TABLE tokens ADD COLUMN tokens_per_day BIGINT;
ALTER TABLE spend ADD COLUMN token TEXT COLLATE "C";
CREATE INDEX spend_by_token ON spend (token, at) WHERE token IS NOT NULL;
`,
  `
ALTER TABLE journal ADD COLUMN input TEXT COLLATE "C";
ALTER TABLE journal ADD COLUMN options TEXT COLLATE "C";
UPDATE journal SET input = (SELECT input FROM requests WHERE call = journal.call),
  options = (SELECT options FROM requests WHERE call = journal.call) WHERE first = 1;
DROP TABLE requests;
`,
  `
ALTER TABLE spend ADD COLUMN model_calls BIGINT NOT NULL DEFAULT 1;
`,
  `
INSERT INTO held (principal, bytes) SELECT principal, SUM(bytes) FROM threads WHERE true GROUP BY principal
  ON CONFLICT (principal) DO UPDATE SET bytes = held.bytes + excluded.bytes;
`,
  `
CREATE TABLE threads_going (
  id TEXT COLLATE "C" PRIMARY KEY,
  principal TEXT COLLATE "C" NOT NULL
);
`,
  `
ALTER TABLE tokens ADD COLUMN spends_as TEXT COLLATE "C";
`,
  `
ALTER TABLE tokens ADD COLUMN maker TEXT COLLATE "C";
`,
];
