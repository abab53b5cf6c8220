import { z } from "zod";
import { callGap } from "../../protocol/events.ts";
import { CHANNEL } from "../../protocol/frames.ts";
import type { Contract } from "./contract.ts";
import { lastEventId } from "./cursor.ts";
import { batchBytes } from "./pump.ts";

const maxPageBytes = 1024 * 1024;

export const outputQuery = z.strictObject({
  offset: z.int().min(0).default(0),
  /** Of a page; events are read to the end. */
  limit: z
    .int()
    .min(1)
    .max(maxPageBytes)
    .default(4 * batchBytes),
});

const offset = z.int().min(0);

/** The data of each event of an output, by its name. */
export const outputEvents = {
  message: z.object({ offset, channel: z.enum(Object.keys(CHANNEL)), base64: z.base64() }),
  /** What policy threw away, up to `to`. */
  hole: z.object({ offset, to: offset }),
  gap: callGap,
  /** The whole length and how the command ended, or that the output was removed meanwhile. */
  end: z.union([
    z.object({ length: offset, code: z.int().nullable(), signal: z.int() }),
    z.object({ reason: z.literal("removed") }),
  ]),
};

export const outputContract: Contract = {
  summary: "The bytes of a call: a page, or server-sent events for who accepts them",
  params: outputQuery,
  takes: { Accept: "text/event-stream: events, as they are written, until the end", ...lastEventId },
  answers: {
    200: {
      means:
        "A page of bytes, both channels in one order, with headers of its own; or events, whose ids are <epoch>:<offset>",
      headers: {
        "Exai-Offset": "Where the page begins",
        "Exai-Next-Offset": "Where the next one does",
        "Exai-Base": "The first byte that is still kept",
        "Exai-End": "How many bytes were written so far",
        "Exai-Complete": "true: the command has ended and nothing comes behind this page",
        "Exai-Hole": "FROM-TO: bytes in front of the page that are not kept any more",
        "Exai-Exit": "With the last page: the exit code, or signal NUMBER",
      },
      plain: ["application/octet-stream"],
      events: outputEvents,
    },
    204: { means: "Nothing follows the id that was shown" },
  },
};
