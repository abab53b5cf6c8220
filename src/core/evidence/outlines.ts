import { inTurns } from "../../base/slices.ts";
import type { CodeUse } from "./code-reader.ts";
import type { Callers, CodePlace, Investigator, Outline, OutlinedFile } from "./evidence.ts";
import { ImportedFiles } from "./imported-files.ts";
import { CodeGathering, type GatherParts, type ReadFile } from "./reading/gather-code.ts";
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
  return { files: await inTurns(outlined(read), signal), omitted };
}

function* outlined(read: readonly ReadFile[]): Generator<OutlinedFile> {
  const imported = new ImportedFiles(read.map(({ path }) => path));
  for (const { path, answer } of read) {
    const imports = (answer.imports ?? []).map((each) => ({ ...each, ...imported.find(path, each) }));
    const { language, method, symbols = [] } = answer;
    yield { path, language, method, symbols, imports };
  }
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
  const places = (await inTurns(placesIn(read), signal)).flat();
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

function* placesIn(read: readonly ReadFile[]): Generator<{ as: CodeUse["as"]; place: CodePlace }[]> {
  for (const { path, text, answer } of read) {
    const quote = quotesOf(text);
    yield (answer.uses ?? []).map(({ as, line, within }) => ({
      as,
      place: { path, line, quote: quote(line), ...(within !== undefined && { within }), method: answer.method },
    }));
  }
}
