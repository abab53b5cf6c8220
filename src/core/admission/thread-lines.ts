import { SortedList } from "../../base/sorted-list.ts";

interface Member {
  readonly order: number;
}

interface ThreadLine<T> {
  readonly waiting: SortedList<T>;
  /** The one that stands in the general line for all of them. */
  standing: T | undefined;
}

/**
 * The calls of one thread run in their order. Only the first of a free thread stands in the general line; the
 * others wait behind it here, where nobody has to pass over them.
 */
export class ThreadLines<T extends Member> {
  readonly #isFree: (thread: string) => boolean;
  readonly #general: { add(item: T): void; delete(item: T): void };
  readonly #lines = new Map<string, ThreadLine<T>>();

  constructor(parts: { isFree: (thread: string) => boolean; general: { add(item: T): void; delete(item: T): void } }) {
    this.#isFree = parts.isFree;
    this.#general = parts.general;
  }

  /** Whether nobody of its thread goes before it. */
  isFirst(thread: string, item: Member): boolean {
    const first = this.#lines.get(thread)?.waiting.first;
    return first === undefined || item.order < first.order;
  }

  add(thread: string, item: T): void {
    const line = this.#lines.get(thread) ?? { waiting: new SortedList((of: T) => of.order), standing: undefined };
    this.#lines.set(thread, line);
    line.waiting.add(item);
    this.update(thread);
  }

  delete(thread: string, item: T): void {
    this.#lines.get(thread)?.waiting.delete(item);
    this.update(thread);
  }

  /** Puts the right one into the general line; to be told whenever the thread was taken or given back. */
  update(thread: string): void {
    const line = this.#lines.get(thread);
    if (line === undefined) return;
    const first = this.#isFree(thread) ? line.waiting.first : undefined;
    if (line.waiting.size === 0) this.#lines.delete(thread);
    if (first === line.standing) return;
    if (line.standing !== undefined) this.#general.delete(line.standing);
    if (first !== undefined) this.#general.add(first);
    line.standing = first;
  }
}
