/**
 * The `most` names that take the fewest edits (Levenshtein, letters of either case alike) to become `wanted`,
 * nearest first. Names of which the edits make up `share` of the longer name or more stay out.
 */
export function nearest(
  wanted: string,
  names: Iterable<string>,
  { most, share }: { most: number; share: number },
): string[] {
  return [...names]
    .map((name) => ({ name, edits: editsBetween(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits < Math.max(wanted.length, name.length) * share)
    .toSorted((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ name }) => name);
}

function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
