import type { FaultPatch } from "../red.ts";

const breaker = "src/core/breaker/breaker.ts";

export const patches: FaultPatch[] = [
  // A process that is lost again and again is started again at once.
  {
    file: "src/adapters/processes/supervised/linked-process-host.ts",
    find: "if (waitMs === 0) this.#restart(reaped);",
    replace: "if (waitMs >= 0) this.#restart(reaped);",
  },
  // Who starts a command meanwhile is not told when it can.
  {
    file: "src/adapters/processes/supervised/linked-process-host.ts",
    find: "{ retryAfterMs, facts: { losses: this.#losses } }",
    replace: "{ facts: { losses: this.#losses } }",
  },
  // A provider's never opens.
  { file: breaker, find: "if (this.#failures < mostFailures) return;", replace: "if (this.#failures > 0) return;" },
  // Half-open is open to all.
  { file: breaker, find: "if (isTrial) this.#isTrying = true;", replace: "" },
  // The time is not told.
  {
    file: breaker,
    find: "failures: this.#failures, ...because }, retryAfterMs },",
    replace: "failures: this.#failures, ...because } },",
  },
  // What becomes of requests is not told to it.
  {
    file: "src/core/models/one-request.ts",
    find: "      if (failure instanceof Fault) pass.failed(failure.view());\n",
    replace: "",
  },
  // One for all accounts.
  {
    file: "src/core/models/health.ts",
    find: "const known = this.#accounts.get(account);",
    replace: "const [known] = this.#accounts.values();",
  },
  // A server behind the daemon that was lost is started again at once.
  {
    file: "src/core/upstreams/restarts.ts",
    find: "const waitMs = this.#losses === 1 ? 0 :",
    replace: "const waitMs = this.#losses > 0 ? 0 :",
  },
  // One that answers nobody is asked for ever.
  {
    file: "src/core/upstreams/upstream-session.ts",
    find: 'else if (stoppedBy(signal) === "deadline") pass.failed(silent(this.#parts.server, "answer").view());',
    replace: "",
  },
  // A daemon that stood still takes what it missed for the vendor's failures.
  {
    file: "src/core/models/health.ts",
    find: "if (wait.wasMissed && !isAnswer(fault))",
    replace: "if (wait.wasMissed && false)",
  },
  {
    file: "src/core/models/unless-silent.ts",
    find: "clock.monotonicMs() - dueMs < lateMs ? link.abort(giveUp) : wait()",
    replace: "link.abort(giveUp)",
  },
  // One lost connection with many requests on it counts as many failures.
  {
    file: breaker,
    find: "else if (!this.#isOfMoment(countedBefore)) this.#count(fault);",
    replace: "else this.#count(fault);",
  },
  // What is read says nothing of its server.
  {
    file: "src/core/upstreams/upstream-session.ts",
    find: "return await this.#judged(pass, connection.read(reading, until), until);",
    replace: "return await connection.read(reading, until);",
  },
  // A pause long ago excuses every failure of the same wait.
  {
    file: "src/core/models/attention.ts",
    find: "Math.max(sinceMs, this.#clock.monotonicMs() - aftermathMs)",
    replace: "sinceMs",
  },
];
