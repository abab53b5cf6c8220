/** The last line that a failed program wrote, or what is known of its failure. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : undefined;
  return words || error.message;
}
