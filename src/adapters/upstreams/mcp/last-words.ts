const mostCharacters = 300;

/** `TypeError: …`, `app.errors.KeyError: …`, `Error [ERR_X]: …`: what runtimes put before the reason of a crash. */
const thrown = /^(?:[\w.]+ )?(?:[\w.]*(?:Error|Exception))(?: \[\w+\])?:\s*\S/;
/** `error: …`, `npm error …`, `[x] FATAL …`, `thread 'main' panicked at …`: what programs say themselves. */
const told = /^(?:\S+ ){0,2}(?:error|err!|fatal|panic|panicked)(?::|\s)\s*\S/i;

/** What stands behind an error and says nothing more of why: its stack, the end of an object, the runtime's version. */
const trailing = /^(?:at .+|[\]})\s,;^~]+|Node\.js v[\d.]+)$/;
/** The error at the end of a trace came of those in the traces before it. */
const newTrace = /^Traceback \(most recent call last\):$/;

/** What a program wrote before it ended that tells best why: the first line that names an error, else the last one. */
export class LastWords {
  #error: string | undefined;
  #last = "";

  /** The line as it may be shown. */
  add(line: string): string {
    const words = line.slice(0, mostCharacters);
    const text = words.trim();
    if (text !== "" && !trailing.test(text)) this.#last = text;
    if (newTrace.test(text)) this.#error = undefined;
    if (thrown.test(text) || told.test(text)) this.#error ??= text;
    return words;
  }

  /** Empty where it wrote nothing. */
  get best(): string {
    return this.#error ?? this.#last;
  }
}
