import fc from "fast-check";
import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { advanceSecrets, type ResumeSecrets } from "./resume-secrets.ts";

/** The server's side as the reducer has it, the client's as a client is: it knows only what arrived. */
interface Real {
  secrets: ResumeSecrets;
  issued: number;
}

interface Model {
  /** What the client would show. */
  has: string;
  /** The client got the newest answer and may confirm it. */
  isNewest: boolean;
  /** Everything the client had before what it confirmed: captured and useless. */
  dead: Set<string>;
  /** Had before, not yet dead: the answer that follows it is unconfirmed. */
  fading: Set<string>;
}

function resume(real: Real, shown: string): string | undefined {
  const issued = `secret-${real.issued + 1}`;
  const next = advanceSecrets(real.secrets, { type: "resumed", shown: whichOf(real.secrets, shown), issued });
  if (next === undefined) return undefined;
  real.secrets = next;
  real.issued += 1;
  return issued;
}

function whichOf(secrets: ResumeSecrets, shown: string): "current" | "previous" | "neither" {
  if (shown === secrets.secretHash) return "current";
  return shown === secrets.previousHash ? "previous" : "neither";
}

class Resume implements fc.Command<Model, Real> {
  readonly answer: "arrives" | "is lost";

  constructor(answer: "arrives" | "is lost") {
    this.answer = answer;
  }

  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const issued = resume(real, model.has);
    expect(issued, `${this} with ${model.has}`).toBeDefined();
    model.isNewest = this.answer === "arrives";
    if (issued === undefined || !model.isNewest) return;
    for (const old of model.fading) model.dead.add(old);
    model.fading = new Set([model.has]);
    model.has = issued;
  }

  toString(): string {
    return `resume, the answer ${this.answer}`;
  }
}

class Confirm implements fc.Command<Model, Real> {
  check(model: Readonly<Model>): boolean {
    return model.isNewest;
  }

  run(model: Model, real: Real): void {
    real.secrets = advanceSecrets(real.secrets, { type: "confirmed" }) ?? real.secrets;
    for (const old of model.fading) model.dead.add(old);
    model.fading.clear();
  }

  toString(): string {
    return "confirm";
  }
}

class Replay implements fc.Command<Model, Real> {
  check(model: Readonly<Model>): boolean {
    return model.dead.size > 0;
  }

  run(model: Model, real: Real): void {
    for (const shown of model.dead) expect(resume(real, shown), `${shown} shown again`).toBeUndefined();
  }

  toString(): string {
    return "replay";
  }
}

class Guess implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }

  run(_model: Model, real: Real): void {
    expect(resume(real, "guessed")).toBeUndefined();
  }

  toString(): string {
    return "guess";
  }
}

promise(
  "auth.replay",
  "whatever answers are lost, a client comes back with the last secret it got, and what it had before it confirmed is useless",
  () => {
    const commands = fc.commands([
      fc.constant(new Resume("arrives")),
      fc.constant(new Resume("is lost")),
      fc.constant(new Confirm()),
      fc.constant(new Replay()),
      fc.constant(new Guess()),
    ]);
    fc.assert(
      fc.property(commands, (run) => {
        const setup = () => ({
          model: { has: "secret-0", isNewest: true, dead: new Set<string>(), fading: new Set<string>() },
          real: { secrets: { secretHash: "secret-0", previousHash: null }, issued: 0 },
        });
        fc.modelRun(setup, run);
      }),
      { numRuns: 500, includeErrorInReport: true },
    );
  },
);
