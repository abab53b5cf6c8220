import { resolve } from "node:path";
import type {
  Callers,
  CodePlace,
  Evidence,
  Investigator,
  Method,
  Omission,
  Outline,
} from "../../../core/evidence/evidence.ts";
import type { Facts } from "../../../core/workflows/facts.ts";

/** So much of each kind is shown to people; programs get what was found. */
const mostShown = 20;

/** Where each symbol is made, called and named in these files, labelled with how that was found. */
export async function callsOf(
  { evidence, who }: { evidence: Pick<Evidence, "callers">; who: Investigator },
  { symbols, files }: { symbols: readonly string[]; files: readonly string[] },
  signal: AbortSignal,
): Promise<Facts> {
  const found: Callers[] = [];
  for (const symbol of symbols) found.push(await evidence.callers(who, { symbol, files }, signal));
  const omitted = found.flatMap((each) => each.omitted);
  const lost = found.filter(({ definitions }) => definitions.length === 0).map(({ symbol }) => symbol);
  return {
    data: { callers: found },
    text: [...found.map(callersText), ...omittedText(omitted)].join("\n"),
    ...(lost.length > 0 && {
      actions: [`Find where ${lost.join(", ")} is made: it was not found in what was looked through.`],
    }),
  };
}

/** A file that takes from one of those that are traced. */
interface Dependent {
  path: string;
  line: number;
  /** The traced file. */
  on: string;
  names: readonly string[];
  method: Method;
}

/**
 * What each of these files has and takes from elsewhere, and which files around them take from them, labelled with how
 * that was found.
 */
export async function dependenciesOf(
  { evidence, who }: { evidence: Pick<Evidence, "outline">; who: Investigator },
  files: readonly string[],
  signal: AbortSignal,
): Promise<Facts> {
  const outline = await evidence.outline(who, files, signal);
  const around = await evidence.outline(who, ["."], signal);
  const { cwd = who.owner.roots[0] ?? "/" } = who.owner;
  const dependents = dependentsIn(around, outline, (path) => resolve(cwd, path));
  return { data: { outline, dependents }, text: `${outlineText(outline)}\n${dependentsText(dependents, around)}` };
}

function dependentsIn(around: Outline, { files }: Outline, absolute: (path: string) => string): Dependent[] {
  const traced = new Set(files.map(({ path }) => absolute(path)));
  return around.files
    .filter(({ path }) => !traced.has(absolute(path)))
    .flatMap(({ path, method, imports }) =>
      imports.flatMap(({ file, line, names }) =>
        file !== undefined && traced.has(absolute(file)) ? [{ path, line, on: file, names, method }] : [],
      ),
    );
}

function dependentsText(dependents: readonly Dependent[], { files, omitted }: Outline): string {
  const shown = dependents.slice(0, mostShown).map(({ path, line, on, names, method }) => {
    return `  ${path}:${line} (${method}) takes ${listed(names)} from ${on}`;
  });
  const more = dependents.length - shown.length;
  return [
    `of ${files.length} files around, ${dependents.length} places take from these`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...omittedText(omitted),
  ].join("\n");
}

function callersText({ symbol, definitions, calls, mentions }: Callers): string {
  return [
    `${symbol}: made at ${definitions.length} places, called at ${calls.length}, named at ${mentions.length} others`,
    ...section("made", definitions),
    ...section("called", calls),
    ...section("named", mentions),
  ].join("\n");
}

function section(what: string, places: readonly CodePlace[]): string[] {
  const shown = places.slice(0, mostShown).map(({ path, line, within, quote, method }) => {
    const where = within === undefined ? "" : ` in ${within}`;
    return `  ${what} ${path}:${line}${where} (${method}): ${quote.trim()}`;
  });
  const more = places.length - shown.length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

function outlineText({ files, omitted }: Outline): string {
  const lines = files.slice(0, mostShown).map(({ path, method, symbols, imports }) => {
    const taken = imports.map(({ from, file }) => file ?? from);
    const given = symbols.filter(({ exported }) => exported).map(({ name }) => name);
    return `${path} (${method}) takes from ${listed(taken)}; gives ${listed(given)}`;
  });
  const more = files.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more files`] : []), ...omittedText(omitted)].join("\n");
}

function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  if (unique.length === 0) return "nothing";
  const more = unique.length - mostShown;
  return `${unique.slice(0, mostShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function omittedText(omitted: readonly Omission[]): string[] {
  const unique = [...new Map(omitted.map((each) => [`${each.path} ${each.why}`, each])).values()];
  if (unique.length === 0) return [];
  const shown = unique.slice(0, 5).map(({ path, why }) => `${path} (${why})`);
  return [`not looked at: ${shown.join(", ")}${unique.length > 5 ? ` and ${unique.length - 5} more` : ""}`];
}
