import { type ParserOptions, parse } from "@babel/parser";
import { isNode, type SyntaxNode } from "./node.ts";

type Plugins = NonNullable<ParserOptions["plugins"]>;

/** The syntax tree of JavaScript or TypeScript. Throws where it is none, or nests deeper than the stack goes. */
export function parseScript({ path, text }: { path: string; text: string }): SyntaxNode {
  const attempts = pluginsFor(path);
  for (const [index, plugins] of attempts.entries()) {
    try {
      const parsed: unknown = parse(text, {
        sourceType: "unambiguous",
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowUndeclaredExports: true,
        errorRecovery: true,
        attachComment: false,
        plugins,
      });
      if (isNode(parsed)) return parsed;
    } catch (error) {
      if (index === attempts.length - 1 || error instanceof RangeError) throw error;
    }
  }
  throw new SyntaxError("no tree");
}

/** What a file may be written in, the likeliest first. */
function pluginsFor(path: string): Plugins[] {
  const decorators: Plugins = ["decorators-legacy"];
  if (/\.d\.[cm]?ts$/.test(path)) return [[["typescript", { dts: true }], ...decorators]];
  if (path.endsWith(".tsx")) return [["typescript", "jsx", ...decorators]];
  if (/\.[cm]?ts$/.test(path)) return [["typescript", ...decorators]];
  return [
    ["jsx", ...decorators],
    ["jsx", "flow", ...decorators],
  ];
}
