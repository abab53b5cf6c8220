import type { Note } from "./history.ts";

/** How far one job has come, as its client knows it. */
export interface Progress {
  call: string | undefined;
  /** The last number that each reader has. */
  seen: Map<number, number>;
  /** Where the output goes on; nothing where it is over. */
  offset: number | undefined;
  isEnded: boolean;
}

/** What a client's notes say about each job: enough for a successor to go on without a gap or a repeat. */
export function progressOf(notes: readonly Note[]): Map<string, Progress> {
  const known = new Map<string, Progress>();
  for (const note of notes) if ("key" in note) take(progressIn(known, note.key), note);
  return known;
}

export function progressIn(known: Map<string, Progress>, key: string): Progress {
  const progress = known.get(key) ?? { call: undefined, seen: new Map(), offset: 0, isEnded: false };
  known.set(key, progress);
  return progress;
}

export function take(progress: Progress, note: Note): void {
  if (note.what === "acknowledged") progress.call ??= note.call;
  else if (note.what === "event") progress.seen.set(note.reader, note.seq);
  else if (note.what === "gap") progress.seen.set(note.reader, note.to);
  else if (note.what === "output") progress.offset = note.offset + note.length;
  else if (note.what === "hole") progress.offset = note.to;
  else if (note.what === "fin" || note.what === "no output") progress.offset = undefined;
  else if (note.what === "ended" || note.what === "refused") progress.isEnded = true;
}
