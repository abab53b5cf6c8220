import { parseEnv } from "node:util";

const bareValue = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*)([^\s"'`#][^\n]*)$/gm;
const quotes = ["'", "`", '"'];

/**
 * The values of a `.env` file, as a shell would take them: a comment begins where a line does or behind a space, so that
 * an address or a key may hold a `#`.
 */
export function envValues(text: string): Record<string, string | undefined> {
  return parseEnv(
    text.replace(bareValue, (line, name: string, rest: string) => {
      const value = withoutComment(rest);
      const quote = quotes.find((each) => !value.includes(each));
      // The parser would begin a comment at any `#` outside quotes.
      return value.includes("#") && quote !== undefined ? `${name}${quote}${value}${quote}` : line;
    }),
  );
}

function withoutComment(rest: string): string {
  return rest
    .trimEnd()
    .replace(/\s#.*$/, "")
    .trimEnd();
}
