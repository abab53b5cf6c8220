/** Verbs of one commit are answered together up to about so many characters; the rest goes with the next commit. */
export const maxAnswerChars = 8 * 1024 * 1024;

/** The characters of all texts in these rows. */
export function charsIn(rows: readonly unknown[]): number {
  let chars = 0;
  for (const row of rows)
    for (const value of Object.values(row as object)) if (typeof value === "string") chars += value.length;
  return chars;
}
