import { createHash } from "node:crypto";
import { Fault } from "../../protocol/fault.ts";
import type { CallContext } from "../calls/work.ts";
import { type LeftOut, NamedFiles, type NamedSource } from "../workspace/attach-named.ts";
import { linesNamedIn } from "../workspace/attachments.ts";
import type { ShowableFile } from "../workspace/fit-files.ts";
import { scopeOf } from "../workspace/scope.ts";
import type { Run } from "./run.ts";

/** Files that are to be shown, and by name those that are not, with the reason. */
export interface Showing {
  /** The newest last. */
  files: ShowableFile[];
  notShown: LeftOut[];
}

/** All together are read whole, the same one for each of its lines too, and more would fit no window. */
const mostBytes = 16 * 2 ** 20;
const mostFiles = 1000;
const mostNotShown = 1000;

/**
 * The texts that a run rests on, read now: the files it calls relevant, without any those that it cites. Secrets in them
 * are replaced; a directory stands for the files below it. What cannot be read is told, and keeps nothing else back.
 */
export async function showFiles(
  workspace: NamedSource["workspace"],
  { context, run }: { context: CallContext; run: Run },
  signal: AbortSignal,
): Promise<Showing> {
  const source = {
    workspace,
    scope: scopeOf(context.owner),
    carried: context.files,
    secrets: "redact" as const,
  };
  const showing: Showing = { files: [], notShown: [] };
  const named = new NamedFiles(source);
  let left = mostBytes;
  for (const [index, path] of pathsOf(run).toReversed().entries()) {
    if (left <= 0 || index >= mostFiles) {
      showing.notShown.push({ path, why: "there is no room for so much" });
      continue;
    }
    try {
      const { files, left: leftOut } = await named.attach(path, signal);
      left -= files.reduce((sum, { bytes }) => sum + bytes, 0);
      if (left < 0) showing.notShown.push({ path, why: "there is no room for so much" });
      else showing.files.unshift(...files);
      showing.notShown.push(...leftOut);
    } catch (error) {
      if (!(error instanceof Fault) || signal.aborted) throw error;
      showing.notShown.push({ path, why: error.message });
    }
  }
  return { ...showing, notShown: showing.notShown.slice(0, mostNotShown) };
}

/** The newest mention of each, the newest last; what is named whole is not named by its lines too. */
function pathsOf({ steps }: Run): string[] {
  const named = steps.flatMap(({ input }) => input.relevant_files ?? []);
  const cited = steps.flatMap(({ evidence }) =>
    evidence.citations.flatMap((place) => ("unverified" in place ? [] : [place.path])),
  );
  const paths = named.length > 0 ? named : cited;
  const newest = [...new Set(paths.toReversed())].toReversed();
  const whole = new Set(newest.filter((path) => linesNamedIn(path).from === undefined));
  return newest.filter((path) => whole.has(path) || !whole.has(linesNamedIn(path).path));
}

/** What the server found, as a text that is cut to the window like any other. */
export function exhibitFile(name: string, text: string): ShowableFile {
  const lines = text.split("\n");
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { path: name, sha256, lines, from: 1, totalLines: lines.length };
}
