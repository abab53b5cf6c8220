const mostCharacters = 300;

/** `TypeError: …`, `app.errors.KeyError: …`, `Error [ERR_X]: …`: what runtimes put before the reason of a crash. */
const thrown = /^(?:[\w.]+ )?(?:[\w.]*(?:Error|Exception))(?: \[\w+\])?:\s*\S/;
/** `error: …`, `npm error …`, `[x] FATAL …`, `thread 'main' panicked at …`: what programs say themselves. */
const told = /^(?:\S+ ){0,2}(?:error|err!|fatal|panic|panicked)(?::|\s)\s*\S/i;

/** What a program wrote before it ended that tells best why: the first line that names an error, else the last one. */
export class LastWords {
  #error: string | undefined;
  #last = "";

  /** The line as it may be shown. */
  add(line: string): string {
    const words = line.slice(0, mostCharacters);
    const text = words.trim();
    if (text !== "") this.#last = text;
    if (thrown.test(text) || told.test(text)) this.#error ??= text;
    return words;
  }

  /** Empty where it wrote nothing. */
  get best(): string {
    return this.#error ?? this.#last;
  }
}
