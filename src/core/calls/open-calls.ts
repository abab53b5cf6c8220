import { Disposal } from "../../base/disposal.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId } from "../../protocol/ids.ts";
import type { Begun } from "./outbox.ts";

const retryFullMs = 1000;

/** How many there are, and how large what they were given is, in characters of text. */
interface Load {
  calls: number;
  bytes: number;
}

/** How much may be open at once before a start is refused. */
export interface OpenLimits {
  perPrincipal: Load;
  all: Load;
}

/** A call that is open until it is disposed. */
class OpenCall implements Disposable {
  readonly #count: (by: Load) => void;
  #calls = 1;
  #bytes: number;

  constructor(bytes: number, count: (by: Load) => void) {
    this.#bytes = bytes;
    this.#count = count;
  }

  /** One that shares another call keeps nothing of what it was given. */
  lightenIfShared(begun: Promise<Begun>): void {
    const lighten = ({ accepted }: Begun) => {
      if (accepted.kind !== "new" || accepted.sharedWith === null) return;
      this.#count({ calls: 0, bytes: -this.#bytes });
      this.#bytes = 0;
    };
    // Whoever starts it is told of a refusal.
    begun.then(lighten, () => {});
  }

  [Symbol.dispose](): void {
    this.#count({ calls: -this.#calls, bytes: -this.#bytes });
    this.#calls = 0;
    this.#bytes = 0;
  }
}

/**
 * How many calls may be without an ending, and with how much input together: those that wait and those that run,
 * acceptances under way too.
 */
export class OpenCalls {
  readonly #limits: OpenLimits;
  readonly #byPrincipal = new Map<PrincipalId, Load>();
  readonly #all: Load = { calls: 0, bytes: 0 };

  constructor(limits: OpenLimits) {
    this.#limits = limits;
  }

  /** Refuses at once with `admission.queue-full` and a retry time. */
  refuseIfFull(principal: PrincipalId): void {
    const open = this.#of(principal).calls;
    const { perPrincipal, all } = this.#limits;
    if (open < perPrincipal.calls && this.#all.calls < all.calls) return;
    const message = `Cannot start a call: ${open} of this principal are open, expected fewer than ${perPrincipal.calls}`;
    const facts = { open, perPrincipal: perPrincipal.calls, all: this.#all.calls };
    throw new Fault("admission.queue-full", message, { facts, retryAfterMs: retryFullMs });
  }

  /** Refuses likewise where the inputs of open calls would be too much together; a first one is taken whatever its size. */
  refuseIfLarge(principal: PrincipalId, bytes: number): void {
    const open = this.#of(principal).bytes;
    const { perPrincipal, all } = this.#limits;
    const fits = open === 0 || open + bytes <= perPrincipal.bytes;
    if (fits && (this.#all.bytes === 0 || this.#all.bytes + bytes <= all.bytes)) return;
    const message = `Cannot start a call: open ones of this principal hold ${open} bytes of input and it brings ${bytes}, expected at most ${perPrincipal.bytes}`;
    const facts = { openBytes: open, bytes, perPrincipal: perPrincipal.bytes, all: this.#all.bytes };
    throw new Fault("admission.queue-full", message, { facts, retryAfterMs: retryFullMs });
  }

  /** Counts one more; who asks has looked, or goes on with a call of an earlier start. */
  enter(principal: PrincipalId, bytes: number): OpenCall {
    this.#count(principal, { calls: 1, bytes });
    return new OpenCall(bytes, (load) => this.#count(principal, load));
  }

  /** Counts input that waits for its program, until it is disposed; refuses with `process.input-full` what is too much together. */
  hold({ principal, call, bytes }: { principal: PrincipalId; call: CallId; bytes: Uint8Array }): Disposable {
    const { perPrincipal, all } = this.#limits;
    const open = this.#of(principal).bytes;
    if (open + bytes.length > perPrincipal.bytes || this.#all.bytes + bytes.length > all.bytes)
      throw inputFull({ call, bytes: bytes.length, open, perPrincipal: perPrincipal.bytes });
    const load = { calls: 0, bytes: bytes.length };
    this.#count(principal, load);
    return new Disposal(() => this.#count(principal, { calls: 0, bytes: -bytes.length }));
  }

  #of(principal: PrincipalId): Readonly<Load> {
    return this.#byPrincipal.get(principal) ?? { calls: 0, bytes: 0 };
  }

  #count(principal: PrincipalId, by: Load): void {
    this.#all.calls += by.calls;
    this.#all.bytes += by.bytes;
    const open = this.#of(principal);
    const load = { calls: open.calls + by.calls, bytes: open.bytes + by.bytes };
    if (load.calls === 0 && load.bytes === 0) this.#byPrincipal.delete(principal);
    else this.#byPrincipal.set(principal, load);
  }
}

function inputFull(facts: { call: CallId; bytes: number; open: number; perPrincipal: number }): Fault {
  const { call, bytes, open, perPrincipal } = facts;
  const message = `Cannot keep ${bytes} bytes for ${call}: open calls of this principal hold ${open} bytes of input, expected at most ${perPrincipal}`;
  return new Fault("process.input-full", message, { facts, retryAfterMs: retryFullMs });
}
