/** How a language writes what is no code. */
interface Writing {
  /** What begins a comment that ends with its line. */
  line: readonly string[];
  block: readonly (readonly [open: string, close: string])[];
  /** Quotes, the longer ones first; `raw` ones know no backslash, `long` ones go over lines. */
  strings: readonly { quote: string; raw?: true; long?: true }[];
}

/** How a language is written and by which endings, lower case with their dot, its files are known. */
export interface Language extends Writing {
  name: string;
  endings: readonly string[];
}

const double = { quote: '"' } as const;
const single = { quote: "'" } as const;
const like = {
  c: { line: ["//"], block: [["/*", "*/"]], strings: [double, single] },
  java: { line: ["//"], block: [["/*", "*/"]], strings: [{ quote: '"""', long: true }, double, single] },
} as const satisfies Record<string, Writing>;

const languages: readonly Language[] = [
  {
    name: "javascript",
    endings: ["js", "jsx", "mjs", "cjs"],
    ...like.c,
    strings: [double, single, { quote: "`", long: true }],
  },
  {
    name: "typescript",
    endings: ["ts", "tsx", "mts", "cts"],
    ...like.c,
    strings: [double, single, { quote: "`", long: true }],
  },
  {
    name: "python",
    endings: ["py", "pyi"],
    line: ["#"],
    block: [],
    strings: [{ quote: '"""', long: true }, { quote: "'''", long: true }, double, single],
  },
  { name: "go", endings: ["go"], ...like.c, strings: [double, single, { quote: "`", raw: true, long: true }] },
  { name: "java", endings: ["java"], ...like.java },
  { name: "kotlin", endings: ["kt", "kts"], ...like.java },
  { name: "scala", endings: ["scala"], ...like.java, strings: [{ quote: '"""', long: true }, double] },
  { name: "csharp", endings: ["cs"], ...like.c },
  { name: "rust", endings: ["rs"], ...like.c, strings: [{ quote: '"', long: true }] },
  { name: "c", endings: ["c", "h", "cc", "cpp", "cxx", "hpp"], ...like.c },
  { name: "swift", endings: ["swift"], ...like.java, strings: [{ quote: '"""', long: true }, double] },
  {
    name: "ruby",
    endings: ["rb", "rake"],
    line: ["#"],
    block: [["\n=begin", "\n=end"]],
    strings: [
      { quote: '"', long: true },
      { quote: "'", long: true },
    ],
  },
  {
    name: "php",
    endings: ["php"],
    line: ["//", "# "],
    block: [["/*", "*/"]],
    strings: [
      { quote: '"', long: true },
      { quote: "'", long: true },
    ],
  },
  {
    name: "shell",
    endings: ["sh", "bash", "zsh", "bats"],
    line: ["#"],
    block: [],
    strings: [
      { quote: '"', long: true },
      { quote: "'", raw: true, long: true },
    ],
  },
];

const byEnding = new Map(languages.flatMap((language) => language.endings.map((ending) => [ending, language])));

/** The language that a path says, `undefined` where it says none that is known. */
export function languageOf(path: string): Language | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return byEnding.get(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
}
