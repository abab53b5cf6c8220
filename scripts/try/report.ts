/** Something that should hold does not. */
export class Off extends Error {
  override readonly name = "Off";
}

const startedMs = performance.now();
const isTerminal = process.stdout.isTTY;

/** Says what comes. */
export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Says that something was seen to hold; ends the trial where it does not. */
export function check(holds: boolean, text: string): void {
  clear();
  if (!holds) throw new Off(text);
  console.log(`  ✓ ${text}`);
}

/** Worth knowing; nothing that was checked. */
export function note(text: string): void {
  clear();
  console.log(`  · ${text}`);
}

/** How far it is: one line that is written over on a terminal, nothing elsewhere. */
export function progress(text: string): void {
  if (isTerminal) process.stdout.write(`\r\x1b[K  … ${text}`);
}

export function elapsedText(): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

function clear(): void {
  if (isTerminal) process.stdout.write("\r\x1b[K");
}
