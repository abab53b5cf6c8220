import type { PrincipalId } from "../../../protocol/ids.ts";

/** Bytes on disk: of one log, of a principal's logs together, and of all. */
export interface Caps {
  /** Headers of records counted, as in all of these. */
  perCall: number;
  perPrincipal: number;
  all: number;
}

const MiB = 1024 * 1024;

/** The caps where all logs together may take `maxBytes`: one principal a part of it, one call a small part. */
export function capsWithin(maxBytes: number): Caps {
  const all = Math.min(4096 * MiB, maxBytes);
  const perPrincipal = Math.min(1024 * MiB, all);
  return { perCall: Math.min(64 * MiB, perPrincipal), perPrincipal, all };
}

/** Who occupies how much of the spool. Bytes are counted before they are written, so the caps hold for all together. */
export class Usage {
  readonly caps: Caps;
  readonly #byPrincipal = new Map<PrincipalId, number>();
  #all = 0;

  constructor(caps: Caps) {
    this.caps = caps;
  }

  /** What all of them occupy. */
  get all(): number {
    return this.#all;
  }

  /** Fewer than none where something went. */
  add(principal: PrincipalId, bytes: number): void {
    this.#all += bytes;
    const now = (this.#byPrincipal.get(principal) ?? 0) + bytes;
    if (now === 0) this.#byPrincipal.delete(principal);
    else this.#byPrincipal.set(principal, now);
  }

  held(): { principal: PrincipalId; bytes: number }[] {
    return [...this.#byPrincipal].map(([principal, bytes]) => ({ principal, bytes }));
  }

  /** What this principal may still write, over all its logs. */
  left(principal: PrincipalId): number {
    return Math.min(this.leftInAll, this.caps.perPrincipal - (this.#byPrincipal.get(principal) ?? 0));
  }

  /** What anybody may still write. */
  get leftInAll(): number {
    return this.caps.all - this.#all;
  }
}
