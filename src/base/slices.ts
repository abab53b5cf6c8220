/** Characters that are looked through before others get their turn: a few milliseconds. */
const sliceCharacters = 256 * 1024;

/**
 * A text in pieces of about 256 Ki characters, one after another and with nothing left out. Each ends where `end`, a
 * sticky-free global pattern of one character, finds a character first: what has no such character is not divided.
 */
export function* slicesOf(text: string, end: RegExp): Generator<{ at: number; text: string }> {
  for (let at = 0; at < text.length; ) {
    const next = endOf(text, at + sliceCharacters, end);
    yield { at, text: at === 0 && next === text.length ? text : text.slice(at, next) };
    at = next;
  }
}

function endOf(text: string, from: number, end: RegExp): number {
  if (from >= text.length) return text.length;
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

/** What every piece of some work comes to, the event loop free between them. Ends early once the signal aborts. */
export async function inTurns<T>(pieces: Iterable<T>, signal: AbortSignal): Promise<T[]> {
  const done: T[] = [];
  for (const piece of pieces) {
    if (done.length > 0) await new Promise(setImmediate);
    signal.throwIfAborted();
    done.push(piece);
  }
  return done;
}
