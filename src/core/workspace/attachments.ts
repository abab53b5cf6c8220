import { createHash } from "node:crypto";
import { Fault } from "../../protocol/fault.ts";
import type { ShowableFile } from "./fit-files.ts";
import { tooLarge, unreadable } from "./refusals.ts";
import type { Scope } from "./scope.ts";
import { refuseSecretName, type SecretsRule } from "./secrets.ts";
import { textIn } from "./text-in.ts";
import type { Workspace } from "./workspace.ts";

/** Where what a call names comes from. */
export interface AttachmentSource {
  workspace: Pick<Workspace, "read" | "readBytes">;
  scope: Scope;
  /** Files that travelled with the call, by the path that the client named: they are looked for first. */
  carried: ReadonlyMap<string, Uint8Array>;
  secrets: SecretsRule;
}

const mediaTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

/** `bytes` are those of the whole file, however little of it is shown. */
export type AttachedFile = ShowableFile & { bytes: number };

/** An image that was read whole; its type is told by its bytes, not by its name. */
export interface AttachedImage {
  /** The path that was given; `image 1` and so on for one that came as a data URL. */
  name: string;
  mediaType: (typeof mediaTypes)[number];
  content: Uint8Array;
  /** In hex. */
  sha256: string;
}

const maxImageBytes = 20 * 1024 * 1024;
/** Of all files together: more would not fit any model, and all of it stands in memory at once. */
export const mostFilesBytes = 16 * 1024 * 1024;

/**
 * The texts that a call shows, in the order of `paths`: each a path, or a path with lines as in `src/a.ts:10-20`. Faults
 * are those of {@link Workspace.read}; all together beyond 16 MiB are `workspace.too-large`.
 */
export async function attachFiles(
  source: AttachmentSource,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<AttachedFile[]> {
  const files: AttachedFile[] = [];
  let leftBytes = mostFilesBytes;
  for (const path of paths) {
    const file = await attachFile(source, path, signal);
    leftBytes -= file.bytes;
    if (leftBytes < 0) throw tooLarge(path, { bytes: mostFilesBytes - leftBytes, maxBytes: mostFilesBytes });
    files.push(file);
  }
  return files;
}

async function attachFile(source: AttachmentSource, named: string, signal: AbortSignal): Promise<AttachedFile> {
  const { workspace, scope, carried, secrets } = source;
  const reference = linesNamedIn(named);
  const content = carried.get(reference.path);
  if (content === undefined) return await workspace.read(scope, { ...reference, secrets }, signal);
  refuseSecretName(reference.path, secrets);
  const text = await textIn(content, { ...reference, secrets }, signal);
  return { ...text, path: reference.path, sha256: sha256Of(content), bytes: content.length };
}

/** `src/a.ts:10` and `src/a.ts:10-20` name lines; what else there is belongs to the path. */
export function linesNamedIn(named: string): { path: string; from?: number; to?: number } {
  const { path, from, to = from } = /^(?<path>.+?):(?<from>\d{1,9})(?:-(?<to>\d{1,9}))?$/s.exec(named)?.groups ?? {};
  return path === undefined ? { path: named } : { path, from: Number(from), to: Number(to) };
}

/**
 * The pictures that a call shows: paths, or data URLs in base64. PNG, JPEG, GIF and WebP by what is in them, whatever
 * they are called, each of at most 20 MiB. The same picture twice comes once.
 */
export async function attachImages(
  source: AttachmentSource,
  images: readonly string[],
  signal: AbortSignal,
): Promise<AttachedImage[]> {
  const attached = new Map<string, AttachedImage>();
  for (const [index, image] of images.entries()) {
    const isData = image.startsWith("data:");
    const name = isData ? `image ${index + 1}` : image;
    const content = isData ? dataOf(image, name) : await imageBytes(source, image, signal);
    const mediaType = mediaTypeOf(content);
    if (mediaType === undefined) throw unreadable(name, "it is no picture that models take", "PNG, JPEG, GIF or WebP");
    const sha256 = sha256Of(content);
    if (!attached.has(sha256)) attached.set(sha256, { name, mediaType, content, sha256 });
  }
  return [...attached.values()];
}

async function imageBytes(
  { workspace, scope, carried, secrets }: AttachmentSource,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const request = { path, secrets, maxBytes: maxImageBytes };
  return carried.get(path) ?? (await workspace.readBytes(scope, request, signal)).content;
}

function dataOf(url: string, name: string): Uint8Array {
  const comma = url.indexOf(",");
  if (comma < 0 || !/^data:[^,]*;base64$/i.test(url.slice(0, comma))) {
    const message = `Cannot use ${name}: it is no data URL in base64, expected data:image/png;base64,…`;
    throw new Fault("input.invalid", message, { facts: { name } });
  }
  const bytes = Math.floor(((url.length - comma - 1) * 3) / 4);
  if (bytes > maxImageBytes + 2) throw tooLarge(name, { bytes, maxBytes: maxImageBytes });
  return Buffer.from(url.slice(comma + 1), "base64");
}

function mediaTypeOf(content: Uint8Array): AttachedImage["mediaType"] | undefined {
  const head = Buffer.from(content.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(head)) return "image/gif";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "image/webp";
  return undefined;
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
