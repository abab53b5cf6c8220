import { noUsage, type Usage } from "../../protocol/result.ts";
import { Account } from "./account.ts";
import type { Days } from "./days.ts";
import { Meter } from "./meter.ts";
import type { Spender } from "./spender.ts";
import { unlimited } from "./spending.ts";

/**
 * A part of a call that keeps its own account, which is limited by the call's alone: what it takes is taken of the
 * call at once. Disposing tells the call whom it asked, and how often.
 */
export class Part implements Disposable {
  readonly usage: Usage = { ...noUsage, models: [] };
  readonly meter: Meter;
  readonly #account: Account;
  #isOver = false;

  constructor({ of, days }: { of: Spender; days: Days }) {
    const { call, tool, owner } = of;
    this.#account = new Account({ usage: this.usage, limits: unlimited, above: of.account });
    this.meter = new Meter({ spender: { call, tool, owner, account: this.#account }, days });
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#account.end();
  }
}
