import { createHash } from "node:crypto";
import { seeded } from "../../support/chaos-proxy.ts";
import type { Job } from "./history.ts";

export interface WorkSize {
  jobs: number;
  /** As much as a command prints at most. */
  streamBytes: number;
}

/** The bytes that commands print, no text among them; the same for a seed. */
export function streamOf(seed: number, length: number): Uint8Array {
  const random = seeded(seed ^ 0x5eed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** What the client with this number does in the run of a seed. */
export function jobsOf(seed: number, client: number, size: WorkSize): Job[] {
  const random = seeded(seed * 1000 + client);
  return Array.from({ length: size.jobs }, (_, index) => jobOf(`${seed}-${client}-${index}`, random, size));
}

/** The whole text of an echo. */
export function textOf({ key, bytes }: Job): string {
  return `${key} `.repeat(Math.ceil(bytes / (key.length + 1))).slice(0, bytes);
}

/** Everything that a command prints when nobody ends it. */
export function outputOf({ key, bytes }: Job, stream: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${key}\n`), stream.subarray(0, bytes)]);
}

/** Writes the key to a file once, to standard output once, then the stream with a rest in its middle. */
export function argvOf({ key, bytes, delayMs }: Job, files: { stream: string; ran: string }): string[] {
  const script =
    'echo "$1" >>"$2"; echo "$1"; head -c "$4" "$3"; sleep "$5"; tail -c "+$(($4 + 1))" "$3" | head -c "$6"';
  const half = Math.floor(bytes / 2);
  const rest = String(delayMs / 1000);
  return ["sh", "-c", script, "sh", key, files.ran, files.stream, String(half), rest, String(bytes - half)];
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function jobOf(key: string, random: () => number, { streamBytes }: WorkSize): Job {
  const isExec = random() < 0.4;
  const act = actOf(random());
  const restMs = isExec || act !== "none" || random() < 0.5 ? 50 + Math.floor(random() * 900) : 0;
  const isBig = random() < 0.3;
  const most = isExec ? streamBytes : 300_000;
  return {
    key,
    tool: isExec ? "exec" : "echo",
    bytes: Math.floor(random() * (isBig ? most : 4000)),
    // What is to be cancelled lasts until it is.
    delayMs: act === "cancel" ? 60_000 : restMs,
    act,
    actAfterMs: Math.floor(random() * 600),
    readers: random() < 0.25 ? 2 : 1,
    isFollowedFromStart: random() < 0.5,
    onDisconnect: random() < 0.7 ? "keep" : "cancel",
  };
}

function actOf(chance: number): Job["act"] {
  if (chance < 0.15) return "cancel";
  return chance < 0.3 ? "pause" : "none";
}
