import { withoutSecrets } from "../../workspace/secrets.ts";
import { linesOf } from "../../workspace/text.ts";

const maxLength = 300;

/** Tells what a line of a text says, secrets replaced, cut where it is long. */
export function quotesOf(text: string): (line: number) => string {
  let lines: string[] | undefined;
  return (line) => {
    lines ??= linesOf(withoutSecrets(text));
    const quote = (lines[line - 1] ?? "").trim();
    return quote.length > maxLength ? `${quote.slice(0, maxLength)}…` : quote;
  };
}
