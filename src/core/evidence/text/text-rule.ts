import type { Finding } from "../evidence.ts";

/** Something to look for in the text of code. */
export interface TextRule extends Pick<Finding, "rule" | "severity" | "message"> {
  languages: readonly string[];
  /** What stands in code, outside of comments and strings, on one line. */
  code: RegExp;
  /** What its statement must say besides, from there on, strings included. */
  says?: RegExp;
  /** What makes it harmless. */
  unless?: RegExp;
  /** Only in files whose paths fit. */
  where?: RegExp;
}
