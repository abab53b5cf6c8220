import { posix } from "node:path";
import type { Callers, CodeImport, CodePlace, Investigator, Outline } from "./evidence.ts";
import { CodeGathering, type GatherParts } from "./reading/gather-code.ts";
import { quotesOf } from "./reading/quote-of.ts";

const maxPlaces = 500;

/** Symbols and imports of files; an import says which of the other files it leads to. */
export async function outlineFiles(
  parts: GatherParts,
  { who, files }: { who: Investigator; files: readonly string[] },
  signal: AbortSignal,
): Promise<Outline> {
  const gathering = new CodeGathering(parts, { who, question: { do: "outline" } });
  for (const path of new Set(files)) await gathering.path(path, signal);
  const { files: read, omitted } = gathering.result();
  const find = findImported(read.map(({ path }) => path));
  const outlined = read.map(({ path, answer }) => ({
    path,
    language: answer.language,
    method: answer.method,
    symbols: answer.symbols ?? [],
    imports: (answer.imports ?? []).map((each) => ({ ...each, ...find(path, each) })),
  }));
  return { files: outlined, omitted };
}

const endings = /\.(d\.ts|[cm]?[jt]sx?|py|rb|php|go|sh)$/;

/** By a path beside the importing file, or by the names of a module that end a path. */
function findImported(paths: readonly string[]): (importer: string, imported: CodeImport) => { file?: string } {
  const bare = new Map<string, string>();
  for (const path of paths) {
    const plain = path.replace(endings, "");
    bare.set(plain, path);
    bare.set(plain.replace(/\/(index|__init__)$/, ""), path);
  }
  return (importer, { from }) => {
    const isBeside = from.startsWith(".") && !/^\.+\w/.test(from);
    const beside = posix.join(posix.dirname(importer), from);
    const module = from.replace(/^\.+/, "").replace(/[.\\]|::/g, "/");
    const ended =
      isBeside || !module.includes("/") ? undefined : [...bare].find(([plain]) => plain.endsWith(`/${module}`))?.[1];
    const file = isBeside ? (bare.get(beside) ?? bare.get(beside.replace(endings, ""))) : (bare.get(module) ?? ended);
    return file === undefined || file === importer ? {} : { file };
  };
}

/** Where a symbol is made, called and named. */
export async function findCallers(
  parts: GatherParts,
  { who, symbol, files }: { who: Investigator; symbol: string; files: readonly string[] },
  signal: AbortSignal,
): Promise<Callers> {
  const gathering = new CodeGathering(parts, { who, question: { do: "uses", symbol } });
  for (const path of new Set(files)) await gathering.path(path, signal);
  const { files: read, omitted } = gathering.result();
  const places = read.flatMap(({ path, text, answer }) => {
    const quote = quotesOf(text);
    return (answer.uses ?? []).map(({ as, line, within }) => ({
      as,
      place: { path, line, quote: quote(line), ...(within !== undefined && { within }), method: answer.method },
    }));
  });
  const all = (wanted: string): CodePlace[] => places.filter(({ as }) => as === wanted).map(({ place }) => place);
  const kept = { definitions: all("definition"), calls: all("call"), mentions: all("mention") };
  const cut = Object.entries(kept).flatMap(([what, found]) =>
    found.length > maxPlaces ? [{ path: what, why: `${found.length - maxPlaces} places more` }] : [],
  );
  return {
    symbol,
    definitions: kept.definitions.slice(0, maxPlaces),
    calls: kept.calls.slice(0, maxPlaces),
    mentions: kept.mentions.slice(0, maxPlaces),
    omitted: [...omitted, ...cut],
  };
}
