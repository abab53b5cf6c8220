import { Fault } from "../../protocol/fault.ts";
import { estimateTokens } from "../budgets/spending.ts";
import type { Extent } from "../models/auto.ts";
import type { Message } from "../models/model.ts";
import { imageTokens } from "../models/window.ts";
import type { LeftOut } from "../workspace/attach-named.ts";
import type { AttachedImage } from "../workspace/attachments.ts";
import { type FittedFiles, fitFiles, type ShowableFile, type Unshown } from "../workspace/fit-files.ts";
import type { ChangedFile, EarlierFiles } from "./earlier-files.ts";
import type { ShownBefore, Turn } from "./turn.ts";
import { newestWithin } from "./window.ts";

/** What a model is to be told. */
export interface Telling {
  prompt: string;
  system?: string | undefined;
  /** Named with the prompt, in its order. */
  files: readonly ShowableFile[];
  /** What of that cannot be shown at all. */
  left?: readonly LeftOut[];
  images: readonly AttachedImage[];
  /** Of the conversation so far, backwards from the newest. */
  turns: readonly Turn[];
  earlier: EarlierFiles;
}

/** What did not fit into the window, by name. */
export interface Omitted {
  /** Turns from the beginning of the conversation. */
  turns: number;
  files: (Unshown | LeftOut)[];
}

/** What goes to the model; what had no room is in `omitted`. */
export interface Composed {
  messages: Message[];
  /** All that the messages show. */
  shown: ShownBefore[];
  omitted: Omitted;
  changed: ChangedFile[];
}

/** Of the room for files and turns, files leave this much to the turns where there are any. */
const turnsShare = 0.3;
const boundless = Number.MAX_SAFE_INTEGER;

/**
 * The messages for one request of at most `inputTokens`, by estimate: the prompt before everything, then the files
 * named with it, then the newest turns, then what earlier turns had shown. What has no room is named to the model
 * and to whoever asks. `input.too-large` where the prompt alone does not fit.
 */
export function compose(telling: Telling, inputTokens: number): Composed {
  const { system, images, turns, earlier } = telling;
  const own = ownTokens(telling);
  const left = inputTokens - own - notesTokens(telling);
  if (left < 0) throw tooLarge(own, inputTokens);
  const named = fitFiles(telling.files, turns.length > 0 ? left * (1 - turnsShare) : left, count);
  const window = newestWithin(turns, left - named.tokens, count);
  const again = fitFiles(notAmong(telling.files, earlier.files), left - named.tokens - window.tokens, count);
  const unshown = [...named.unshown, ...again.unshown].filter(isMissing);
  const omitted = { turns: window.dropped, files: [...unshown, ...(telling.left ?? [])] };
  const told = { ...telling, named, again, omitted };
  return {
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, text: system }]),
      ...window.turns.map(({ role, text }) => ({ role, text })),
      lastMessage(told),
    ],
    shown: [
      ...[...again.shown, ...named.shown].map(shownOf),
      ...images.map(({ name, sha256 }) => ({ path: name, sha256 })),
    ],
    omitted,
    changed: earlier.changed,
  };
}

/** The files whose content is not shown whole under another name anyway. */
function notAmong(shown: readonly ShowableFile[], files: readonly ShowableFile[]): ShowableFile[] {
  const whole = new Set(shown.filter(isWhole).map(({ sha256 }) => sha256));
  return files.filter(({ sha256 }) => !whole.has(sha256));
}

function isWhole({ from, lines, totalLines }: ShowableFile): boolean {
  return from === 1 && lines.length === totalLines;
}

/** How much there is to tell, if there is room for all of it. */
export function extentOf(telling: Telling): Extent {
  const { files, earlier, turns, images } = telling;
  const leastTokens = ownTokens(telling) + notesTokens(telling);
  const shown = fitFiles([...earlier.files, ...files], boundless, count).tokens;
  const inputTokens = leastTokens + shown + newestWithin(turns, boundless, count).tokens;
  return { inputTokens, leastTokens, images: images.length > 0 };
}

function ownTokens({ prompt, system, images }: Telling): number {
  return estimateTokens([prompt, ...(system === undefined ? [] : [system])]) + images.length * imageTokens;
}

function count(text: string): number {
  return estimateTokens([text]);
}

/** What names the missing and the changed, at its longest. */
function notesTokens({ files, left = [], earlier, turns }: Telling): number {
  const paths = [...files, ...earlier.files, ...earlier.changed].map(({ path }) => path);
  if (paths.length + left.length + turns.length === 0) return 0;
  const notes = [...leftPlaces(left), ...Object.values(facts), turnsLeftOut(turns[0]?.seq ?? 0)];
  return estimateTokens([...paths, ...paths, ...notes]);
}

const facts = {
  changed: "Changed since they were shown earlier in this conversation",
  gone: "Shown earlier in this conversation and no longer readable",
  missing: "Not shown here for lack of room",
  left: "Not shown here",
} as const;

function turnsLeftOut(count: number): string {
  return `[The first ${count} turns of this conversation are left out for lack of room.]`;
}

function isMissing({ why }: Unshown): boolean {
  return why === "no-room";
}

function shownOf({ path, sha256, from, to }: FittedFiles["shown"][number]): ShownBefore {
  return { path, sha256, from, to };
}

function lastMessage(told: Telling & { named: FittedFiles; again: FittedFiles; omitted: Omitted }): Message {
  const { prompt, images, named, again } = told;
  const texts = [...again.shown, ...named.shown].map(({ text }) => text);
  const text = [prompt, ...(texts.length > 0 ? [`Files:\n${texts.join("")}`] : []), ...notesOf(told)].join("\n\n");
  if (images.length === 0) return { role: "user", text };
  const shown = images.map(({ name, mediaType, content }) => ({ name, mediaType, bytes: content }));
  return { role: "user", text, images: shown };
}

function notesOf({ earlier, omitted, left = [] }: Telling & { omitted: Omitted }): string[] {
  const gone = earlier.changed.filter(({ is }) => is === undefined);
  const changed = earlier.changed.filter(({ is }) => is !== undefined);
  return [
    note(
      facts.changed,
      changed.map(({ path }) => path),
    ),
    note(
      facts.gone,
      gone.map(({ path }) => path),
    ),
    note(facts.missing, omitted.files.flatMap(missingPlace)),
    note(facts.left, leftPlaces(left)),
    omitted.turns === 0 ? [] : turnsLeftOut(omitted.turns),
  ].flat();
}

function missingPlace(file: Unshown | LeftOut): string[] {
  return "from" in file ? [`${file.path} (lines ${file.from} to ${file.to})`] : [];
}

/** More of them would take the room of what can be shown; all of them stand in the result. */
const mostLeft = 20;

function leftPlaces(left: readonly LeftOut[]): string[] {
  const places = left.slice(0, mostLeft).map(({ path, why }) => `${path} (${why})`);
  const more = left.length - places.length;
  return more > 0 ? [...places, `and ${more} more`] : places;
}

function note(fact: string, names: readonly string[]): string | string[] {
  return names.length === 0 ? [] : `[${fact}: ${names.join(", ")}]`;
}

function tooLarge(tokens: number, room: number): Fault {
  const message = `Cannot ask the model: the prompt takes about ${tokens} tokens, expected at most ${Math.max(0, room)}`;
  return new Fault("input.too-large", message, { facts: { tokens, room: Math.max(0, room) } });
}
