import type { Slots } from "../../src/core/models/pace.ts";

/** The slots of accounts without an arbiter: what is allowed can be read. */
export class FewSlots implements Slots {
  readonly allowed = new Map<string, number>();
  readonly #each: number;

  constructor(each: number) {
    this.#each = each;
  }

  slotsOf(): number {
    return this.#each;
  }

  allow(account: string, most: number): void {
    this.allowed.set(account, most);
  }
}
