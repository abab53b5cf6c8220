import type { Excerpt, LogView, Piece } from "../../../core/processes/output-log.ts";
import type { Slab } from "./output-memory.ts";

/** Pieces that lie in slabs: those go back when it is disposed, once. */
export class SlabExcerpt implements Excerpt {
  readonly view: LogView;
  readonly pieces: readonly Piece[];
  #slabs: readonly Slab[];

  constructor(parts: { view: LogView; pieces: readonly Piece[]; slabs: readonly Slab[] }) {
    this.view = parts.view;
    this.pieces = parts.pieces;
    this.#slabs = parts.slabs;
  }

  [Symbol.dispose](): void {
    const slabs = this.#slabs;
    this.#slabs = [];
    for (const slab of slabs) slab.release();
  }
}
