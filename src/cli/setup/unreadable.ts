/** A text that is not what it should be, and where. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** Names the line that a place in a text is in. */
export function unreadableAt(text: string, at: number, what: string): Unreadable {
  return new Unreadable(`line ${text.slice(0, at).split("\n").length}: ${what}`);
}
