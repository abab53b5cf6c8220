import { z } from "zod";
import { threadId } from "../../protocol/ids.ts";
import { thinkingModes } from "../models/model.ts";

const path = z.string().min(1).max(4096);

/** A model as callers name it. */
export const modelName = z.string().min(1).max(200);

interface Wishes {
  temperature?: number | undefined;
  thinking_mode?: (typeof thinkingModes)[number] | undefined;
  use_websearch?: boolean | undefined;
}

/** What every tool that asks a model takes. */
export const questionFields = {
  files: z.array(path).max(1000).optional().describe("Files to show, each whole or as path:from-to."),
  images: z.array(z.string().min(1).max(30_000_000)).max(16).optional().describe("Paths or data URLs of pictures."),
  continuation_id: threadId.optional().describe("The thread to go on with, as an earlier result named it."),
  temperature: z.number().min(0).max(2).optional(),
  thinking_mode: z.enum(thinkingModes).optional(),
  use_websearch: z.boolean().optional(),
} as const;

/** How a caller wants the question put, as these fields name it. */
export function wishesOf({ temperature, thinking_mode: mode, use_websearch: webSearch }: Wishes) {
  return { temperature, webSearch, thinking: mode === undefined ? undefined : { mode } };
}

/** Whether a question's answer depends on files. */
export function namesFiles({
  files = [],
  images = [],
}: {
  files?: unknown[] | undefined;
  images?: unknown[] | undefined;
}): boolean {
  return files.length + images.length > 0;
}

export const prompt = z.string().min(1).max(1_000_000);
export const outputTokens = z.int().min(1).max(1_000_000);
