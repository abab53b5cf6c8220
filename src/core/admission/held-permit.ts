import type { Permit } from "./admission.ts";
import { addAll, type Claim, removeAll } from "./limits.ts";

interface Parts {
  /** Counted as held already. */
  claims: readonly Claim[];
  waitedMs: number;
  /** Told whose slots are free again. */
  onFreed: (claims: readonly Claim[]) => void;
}

/** Slots that were taken; each goes back once, by whichever way comes first. */
export class HeldPermit implements Permit {
  readonly #parts: Parts;
  #claims: readonly Claim[];
  #as: "held" | "quarantined" = "held";

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#claims = parts.claims;
  }

  get waitedMs(): number {
    return this.#parts.waitedMs;
  }

  /** Whether a call that comes back with this permit needs that claim. A provider's slot it takes as a leaf. */
  lacks(claim: Claim): boolean {
    const isHeld = this.#claims.some(({ slots, name }) => slots === claim.slots && name === claim.name);
    return !isHeld && claim.kind !== "provider";
  }

  quarantine(): void {
    this.#countAs("quarantined");
  }

  park(): Permit {
    this.#giveBack(this.#claims.filter((claim) => claim.onPause === "give-back"));
    return new HeldPermit({ ...this.#parts, claims: this.handOver() });
  }

  lend(provider: string): Disposable | undefined {
    const claim = this.#claims.find(({ kind }) => kind === "provider");
    if (claim === undefined) return undefined;
    if (claim.name !== provider) {
      this.#giveBack([claim]);
      return undefined;
    }
    this.#claims = this.#claims.filter((held) => held !== claim);
    return new HeldPermit({ ...this.#parts, claims: [claim] });
  }

  /** Leaves what it holds to another permit. */
  handOver(): readonly Claim[] {
    this.#countAs("held");
    const claims = this.#claims;
    this.#claims = [];
    return claims;
  }

  [Symbol.dispose](): void {
    this.#giveBack(this.#claims);
  }

  #countAs(as: "held" | "quarantined"): void {
    if (this.#as === as) return;
    removeAll(this.#claims, this.#as);
    addAll(this.#claims, as);
    this.#as = as;
  }

  #giveBack(claims: readonly Claim[]): void {
    if (claims.length === 0) return;
    this.#claims = this.#claims.filter((held) => !claims.includes(held));
    removeAll(claims, this.#as);
    this.#parts.onFreed(claims);
  }
}
