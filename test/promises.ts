/**
 * What EXAI promises, one id a line. A test cites the ids that it proves (`promise(...)`), and
 * `promises.test.ts` fails when an id has no proof or a test cites an unknown one.
 */
export const promises = {
  "lost.accepted":
    "a call is acknowledged only once it is durable; after `kill -9` at any moment every acknowledged call ends in exactly one terminal event",
  "lost.terminal-once":
    "every call gets exactly one terminal event, on every path: success, fault, cancel, deadline, shutdown, crash",
  "lost.seq":
    "events of one call are numbered 1,2,3… without an unannounced gap and without a repeat; a reader that resumes after n gets n+1 first",
  "lost.reconnect":
    "a client that loses its socket, reconnects (the same or a restarted server) and resumes sees every event once, in order, or an explicit `gap` event that says what is missing and why",
  "lost.any-connection":
    "a call may be followed from another connection, another transport, the dashboard or the CLI, by any token of its principal, and by others only as far as it was shared with them",
  "lost.oversize":
    "an answer too large for a transport is kept whole and paged; the reader gets a digest and a cursor; nothing is cut silently",
  "lost.delivery-says":
    "delivery is `delivered`, `pending` or `dropped(reason)`; never reported as done when it was not",
  "lost.restart-threads": "conversations survive a restart; they can be listed, searched, named, exported and deleted",
  "lost.step-once":
    "a recorded step (a model answer, a tool result) is not paid for twice: after a crash the call goes on from its last recorded step",
  "lost.sigterm":
    "SIGTERM or SIGINT during writes: no torn state; new work is refused with a retry hint, running calls finish inside the drain time or are ended with a terminal event, then exit 0; a second signal ends at once",
  "leak.permit":
    'permits held = permits in use, always: after any mix of success, fault, timeout, cancel and disconnect the counts return to zero; there is no "recovery" that gives back what is in use',
  "leak.permit-once": "a permit given back twice frees one slot",
  "leak.deadlock":
    "no order of acquisition can deadlock; nested work never waits for a permit that its own parent holds",
  "leak.inflight": "in-flight and de-duplication entries end with their call, on every path",
  "leak.notifier": 'progress reaches only the readers of that call; nothing process-wide carries a "current" caller',
  "leak.task":
    "a call that ends (timeout, cancel, fault) stops its work: the signal reaches the model request, the child process and every nested call; nothing runs on",
  "leak.process":
    "no child outlives its call, nor the daemon: not after cancel, disconnect, crash or `kill -9` of the daemon; grandchildren, double forks and `setsid` children included (confinement ways A and B without exception; C as DESIGN says)",
  "leak.handle": "files, sockets, timers, listeners and locks are closed on every path; a test that leaves one fails",
  "leak.memory": "every map and queue has a bound and an expiry; 1,000,000 calls leave the heap flat",
  "leak.cross-tenant":
    "no row, cache, file, log line, progress event, prompt or result of one principal is reachable by another; tools hold no mutable state (commands: ways A and B)",
  "leak.disk": "all that is stored has a size and an age after which it goes, and says so",
  "leak.stop":
    "on stop all that was started is closed exactly once, in reverse; a close that fails is logged by name and stops no other; after SIGKILL the next start needs nothing from the last",
  "leak.secret": "no token, key or secret, whole or in part, in any log, error, event, metric, trace or health answer",
  "run.budget":
    "every call has a budget: steps, model calls (5 by default), tokens, money, wall time; it is reserved before each model request and settled after; exceeding it is a typed fault that keeps what was done",
  "run.no-self-call":
    "a workflow never calls itself; it answers and waits for the next step; nested work draws from the parent's budget",
  "run.steps": "a workflow has at most 50 steps, each within its deadline",
  "run.loop": "repeated identical steps or prompts inside one call are noticed and stopped, with the reason",
  "run.deadline":
    "one deadline goes inward; what is inside always ends before what is outside; the nesting is checked at start and a bad one is refused with the two names and values",
  "run.retry-one-layer": "one layer retries, honours Retry-After inside the deadline, and says how often it tried",
  "run.breaker":
    "a breaker per provider, upstream server and process host: open = a typed fault with a retry time, never an empty success",
  "run.no-silent-model":
    "the model that answered is named; a fallback or change of model is explicit, allowed by policy, and told",
  "run.caches": "a failed or partial result is never cached as success; caches are scoped to the principal and bounded",
  "share.limits":
    "global, per-provider, per-principal, per-session and per-thread limits hold exactly, under any concurrency",
  "share.fair": "one principal that floods the queue does not delay another beyond its share",
  "share.queue":
    "the wait queue is bounded; a full queue refuses at once with a retry time; a caller sees that it is queued and at which place",
  "share.same-call":
    "the same call twice at once runs once, and both callers get the same result; scoped to the principal",
  "share.sessions":
    "sessions, connections, message sizes and rates are limited per principal, not per IP address; over the limit is a clear error",
  "share.engines": "agent runs per user are limited (2 by default); each run has its own state; ids cannot collide",
  "share.pressure":
    "memory and event-loop pressure is watched: first caches shrink, then new calls are refused with a retry time; running calls go on",
  "share.events-order":
    "an agent run sends `agent.started`, `agent.thinking`, `tool.executing`, `tool.completed`, `agent.completed` (or `agent.failed`): in order, paired, each once",
  "share.alive":
    "a run that is silent is told apart from one that is dead: heartbeats from the work itself, a stall is named",
  "auth.fail-closed":
    "no valid credential, no access; a short or malformed token setting stops the start; loopback only unless credentials are set",
  "auth.constant-time": "tokens are compared in constant time and kept only as hashes",
  "auth.expiry":
    "tokens expire, are scoped, can be listed, revoked and rotated with an overlap; a revoked token's connections are closed",
  "auth.replay":
    "a captured ticket or resume secret is useless: single use, bound to the principal and session, short lived; a replay is refused and told",
  "auth.brute": "repeated failures slow down and lock the source, without locking out the owner",
  "auth.origin": "a browser page of another origin, or a rebound DNS name, gets nothing",
  "auth.paths":
    "no file outside the allowed roots is read or written: `..`, absolute paths, symlinks, races, `/proc`, devices, encodings",
  "auth.commands":
    "commands run without a shell, by allow-list, with a clean environment and a confined working directory",
  "auth.frames":
    "malformed, oversized, slow or flooding input gets a clear error or a close code; never a crash, never more than bounded memory",
  "auth.repository":
    "reading, diffing or reviewing a repository runs nothing that the repository brought (hooks, external diff, textconv, fsmonitor, its linters' code)",
  "auth.single-instance":
    "two daemons on one data folder: the second refuses, with the first one's pid; a stale lock heals itself",
  "say.config":
    "every setting is checked at start, all faults at once, each with name, value (secrets hidden), rule and an example; unknown names are told",
  "say.start-order":
    "parts start in dependency order, once; a part that fails to start stops the start with a clear reason and undoes what had started",
  "say.tools":
    "a tool or provider that cannot load is named, with the reason, in the start log, `/readyz` and `exai doctor`",
  "say.faults":
    "an expected failure carries a code from one closed catalogue, a sentence, facts, and whether and when to retry; a bug is logged with its stack and sent as `internal`",
  "say.health":
    "live, ready and detail; ready = store, process host and listeners work; providers are in the detail and never make it 503; without a token only the status word is told; busy is not unhealthy",
  "say.no-swallow":
    "a failure in progress, telemetry, cache or clean-up is counted and logged with its call, and never changes its outcome",
  "say.trace": "one trace id from the client's request to every nested call and model request",
  "say.metrics":
    "permits, queue, latency, de-duplication, breakers, spend, sessions, memory: as metrics and on the live page",
  "proc.control":
    "pause, resume, cancel, input, resize: on the whole process tree; on a process that is gone they answer clearly; 10 rapid pause/resume pairs, then cancel, work",
  "proc.cancel-order":
    "cancel = continue, TERM, grace, KILL, over the whole tree, and is told as finished only when nothing of it lives",
  "proc.flood":
    "`yes` for 30 s to a reader that has stopped: the daemon grows by less than 30 MB (the first system reached 450) and answers other calls",
  "proc.disconnect":
    "abrupt disconnect during a long command: after the grace time nothing of it lives, unless it was started detached",
  "proc.output":
    "output arrives as it is written, bytes unchanged (UTF-8 or not), stdout and stderr told apart, lines of any length",
  "proc.races": "signals that race with exit never crash, never hit a recycled pid",
  "proc.one-admission":
    "two requests that race to start the same session's command: exactly what the limit allows starts",
} as const satisfies Record<string, string>;

export type PromiseId = keyof typeof promises;

/** What is not built yet, and what each promise waits for. A promise that a test cites no longer stands here. */
export const waits: Partial<Record<PromiseId, string>> = {};

/** Cited promises of which a part is not built yet. */
export const partlyWaits: Partial<Record<PromiseId, string>> = {
  "say.metrics": "the live page",
};
