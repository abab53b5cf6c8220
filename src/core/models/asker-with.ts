import type { Asker } from "./question.ts";

/** The asker with some of it in the place of its own. */
export function askerWith(asker: Asker, own: Partial<Asker>): Asker {
  return {
    owner: asker.owner,
    deadline: asker.deadline,
    span: (name, attributes) => asker.span(name, attributes),
    slot: (provider, signal) => asker.slot(provider, signal),
    emit: (type, data) => asker.emit(type, data),
    delta: (kind, text, tries) => asker.delta(kind, text, tries),
    ...own,
  };
}
