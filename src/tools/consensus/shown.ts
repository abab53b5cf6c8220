import type { Omitted } from "../../core/threads/composing.ts";
import type { ChangedFile } from "../../core/threads/earlier-files.ts";
import type { Told } from "../../core/threads/prepare.ts";
import type { ShownBefore } from "../../core/threads/turn.ts";

export interface ShownToSeats {
  /** Of each file the most that a seat was shown. */
  files: ShownBefore[];
  /** Of the seat that lacked the most; absent where none lacked anything. */
  omitted?: Omitted;
  changed: ChangedFile[];
}

/** What several seats were shown, told once: windows differ. The order of the seats decides where they are alike. */
export function shownToSeats(told: readonly Told[]): ShownToSeats {
  const files = new Map<string, ShownBefore>();
  for (const file of told.flatMap(({ shown }) => shown)) {
    const key = JSON.stringify([file.path, file.sha256, file.from]);
    if ((files.get(key)?.to ?? -1) < (file.to ?? 0)) files.set(key, file);
  }
  const [omitted] = told
    .map((each) => each.omitted)
    .filter((each) => lacking(each) > 0)
    .toSorted((a, b) => lacking(b) - lacking(a));
  const changed = new Map(told.flatMap((each) => each.changed.map((file) => [file.path, file])));
  return { files: [...files.values()], ...(omitted && { omitted }), changed: [...changed.values()] };
}

function lacking({ turns, files }: Omitted): number {
  return turns + files.length;
}
