import type { CodeText, CodeUse } from "../code-reader.ts";
import type { CodeImport, CodeSymbol } from "../evidence.ts";
import { cFunctionOn } from "./c-function.ts";
import { languageOf } from "./languages.ts";
import { masked } from "./masked.ts";

const maxFound = 2000;
const maxLineLength = 2000;

/**
 * How declarations begin. The first group, or what is answered, is the name; a `kind` of `class` or `module` holds those
 * indented below it.
 */
interface Shape {
  kind: CodeSymbol["kind"];
  shape: RegExp | ((line: string) => string | undefined);
}

const cLike: readonly Shape[] = [
  { kind: "class", shape: /^\s*(?:[\w@]+\s+)*(?:class|struct|record|object|trait|actor)\s+([A-Za-z_]\w*)/ },
  { kind: "interface", shape: /^\s*(?:\w+\s+)*(?:interface|protocol)\s+([A-Za-z_]\w*)/ },
  { kind: "enum", shape: /^\s*(?:\w+\s+)*enum\s+(?:class\s+)?([A-Za-z_]\w*)/ },
  { kind: "function", shape: /^\s*(?:[\w@<>]+\s+)*(?:fun|func|def)\s+(?:<[^>]*>\s*)?(?:[\w.]+\.)?([A-Za-z_]\w*)/ },
  { kind: "function", shape: cFunctionOn },
];

const shapes: Readonly<Record<string, readonly Shape[]>> = {
  python: [
    { kind: "class", shape: /^\s*class\s+(\w+)/ },
    { kind: "function", shape: /^\s*(?:async\s+)?def\s+(\w+)/ },
  ],
  go: [
    { kind: "function", shape: /^func\s+(?:\([^)]*\)\s*)?(\w+)/ },
    { kind: "type", shape: /^type\s+(\w+)/ },
    { kind: "variable", shape: /^(?:var|const)\s+(\w+)/ },
  ],
  rust: [
    { kind: "function", shape: /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|unsafe\s+|const\s+)*fn\s+(\w+)/ },
    { kind: "class", shape: /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|union)\s+(\w+)/ },
    { kind: "enum", shape: /^\s*(?:pub(?:\([^)]*\))?\s+)?enum\s+(\w+)/ },
    { kind: "interface", shape: /^\s*(?:pub(?:\([^)]*\))?\s+)?trait\s+(\w+)/ },
    { kind: "module", shape: /^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)/ },
  ],
  ruby: [
    { kind: "class", shape: /^\s*class\s+([A-Z]\w*)/ },
    { kind: "module", shape: /^\s*module\s+([A-Z]\w*)/ },
    { kind: "function", shape: /^\s*def\s+(?:self\.)?(\w+[?!]?)/ },
  ],
  php: [
    { kind: "class", shape: /^\s*(?:(?:abstract|final|readonly)\s+)*class\s+(\w+)/ },
    { kind: "interface", shape: /^\s*(?:interface|trait)\s+(\w+)/ },
    { kind: "function", shape: /^\s*(?:(?:public|private|protected|static|abstract|final)\s+)*function\s+&?(\w+)/ },
  ],
  shell: [{ kind: "function", shape: /^\s*(?:function\s+)?([\w-]+)\s*\(\)\s*\{?/ }],
  // A file that the parser does not take is looked at as text.
  javascript: [{ kind: "function", shape: /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\*?\s+(\w+)/ }],
  typescript: [{ kind: "function", shape: /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\*?\s+(\w+)/ }],
};
const usualShapes: Readonly<Record<string, readonly Shape[]>> = {
  java: cLike,
  kotlin: cLike,
  scala: cLike,
  csharp: cLike,
  c: cLike,
  swift: cLike,
};
const noNames = /^(if|for|while|switch|return|else|catch|new|throw|do|case|sizeof|defined)$/;

const importShapes: Readonly<Record<string, readonly RegExp[]>> = {
  python: [/^\s*from\s+([\w.]+)\s+import\s+(.+)$/, /^\s*import\s+([\w.]+)/],
  go: [/^\s*import\s+(?:\w+\s+)?"([^"]+)"/, /^\s+(?:[\w.]+\s+)?"([\w./-]+)"\s*$/],
  rust: [/^\s*(?:pub\s+)?use\s+([\w:]+)/],
  ruby: [/^\s*require(?:_relative)?\s*(?:\(\s*)?["']([^"']+)["']/],
  php: [/^\s*use\s+([\w\\]+)/, /\b(?:require|include)(?:_once)?\s*(?:\(\s*)?["']([^"']+)["']/],
  shell: [/^\s*(?:source|\.)\s+["']?([\w./-]+)/],
  c: [/^\s*#\s*include\s*[<"]([^>"]+)[>"]/],
  csharp: [/^\s*using\s+(?:static\s+)?([\w.]+)\s*;/],
  usual: [/^\s*import\s+(?:static\s+)?([\w.]+(?:\.\*)?)/],
};

interface Line {
  code: string;
  bare: string;
  number: number;
}

function linesOf({ path, text }: CodeText): { language: string; lines: Line[] } {
  const language = languageOf(path);
  if (language === undefined) return { language: "text", lines: [] };
  const { code, bare } = masked(text, language);
  const bareLines = bare.split("\n");
  const lines = code
    .split("\n")
    .map((line, index) => ({ code: line, bare: bareLines[index] ?? "", number: index + 1 }));
  return { language: language.name, lines: lines.filter((line) => line.code.length <= maxLineLength) };
}

/** What the lines of a file seem to declare. */
export function symbolsInText(file: CodeText): CodeSymbol[] {
  const { language, lines } = linesOf(file);
  const known = shapes[language] ?? usualShapes[language] ?? [];
  const found: CodeSymbol[] = [];
  const holders: { name: string; indent: number }[] = [];
  for (const { code, number } of lines) {
    if (found.length >= maxFound) break;
    const declared = declaredOn(code, known);
    if (declared === undefined) continue;
    const { name, kind } = declared;
    const indent = code.length - code.trimStart().length;
    while ((holders.at(-1)?.indent ?? -1) >= indent) holders.pop();
    const within = holders.at(-1)?.name;
    if (/^(class|interface|module|enum)$/.test(kind)) holders.push({ name, indent });
    const isMethod = kind === "function" && within !== undefined;
    found.push({
      name,
      kind: isMethod ? "method" : kind,
      line: number,
      exported: isPublic(language, { name, code }),
      ...(within !== undefined && { within }),
    });
  }
  return found;
}

function declaredOn(code: string, known: readonly Shape[]): { name: string; kind: CodeSymbol["kind"] } | undefined {
  for (const { kind, shape } of known) {
    const name = typeof shape === "function" ? shape(code) : shape.exec(code)?.[1];
    if (name !== undefined && !noNames.test(name) && !/^\s*(return|else|new|throw)\b/.test(code)) return { name, kind };
  }
  return undefined;
}

function isPublic(language: string, { name, code }: { name: string; code: string }): boolean {
  if (language === "python") return !name.startsWith("_");
  if (language === "go") return /^\p{Lu}/u.test(name);
  if (language === "rust") return /^\s*pub\b/.test(code);
  if (language === "javascript" || language === "typescript") return /^\s*export\b/.test(code);
  return !/\b(private|protected|internal|static)\s/.test(code);
}

/** What the lines of a file seem to take from others. */
export function importsInText(file: CodeText): CodeImport[] {
  const { language, lines } = linesOf(file);
  const known = importShapes[language] ?? importShapes["usual"] ?? [];
  return lines
    .flatMap(({ bare, number }): CodeImport[] => {
      const match = known.map((shape) => shape.exec(bare)).find((each) => each !== null);
      if (match?.[1] === undefined) return [];
      const names = (match[2] ?? "").split(",").map((name) => name.trim().split(/\s/)[0] ?? "");
      return [{ from: match[1], names: names.filter((name) => /^\w+$/.test(name)), line: number }];
    })
    .slice(0, maxFound);
}

/** Where a symbol stands in code: as a declaration, with a bracket behind it, or otherwise. */
export function usesInText(file: CodeText, symbol: string): CodeUse[] {
  const name = symbol.split(/[.#:]/).at(-1) ?? symbol;
  const { language, lines } = linesOf(file);
  const known = shapes[language] ?? usualShapes[language] ?? [];
  const uses: CodeUse[] = [];
  let within: string | undefined;
  for (const { code, number } of lines) {
    const declared = declaredOn(code, known);
    if (declared?.kind === "function") within = declared.name;
    if (!hasWord(code, name)) continue;
    const as = declared?.name === name ? "definition" : isCalled(code, name) ? "call" : "mention";
    if (uses.length < maxFound)
      uses.push({ as, line: number, ...(as !== "definition" && within !== undefined && { within }) });
  }
  return uses;
}

function hasWord(code: string, name: string): boolean {
  for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1))
    if (!/\w/.test(code[at - 1] ?? "") && !/[\w"']/.test(code[at + name.length] ?? "")) return true;
  return false;
}

function isCalled(code: string, name: string): boolean {
  for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1))
    if (!/\w/.test(code[at - 1] ?? "") && /^\s{0,4}\(/.test(code.slice(at + name.length, at + name.length + 8)))
      return true;
  return false;
}
