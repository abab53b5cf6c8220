/** The share of edits below which a name may have been meant: more is another name. */
export const alike = 0.45;

/**
 * The `most` names that take the fewest edits (a letter more, less, another, or two exchanged; of either case) to become `wanted`,
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
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      const isExchanged = i > 0 && j > 0 && letter === b[j - 1] && other === a[i - 1];
      const exchanged = isExchanged ? (before[j - 1] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
