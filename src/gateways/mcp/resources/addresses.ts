import { type CallId, callId } from "../../../protocol/ids.ts";

/** What of a call can be read as a resource. */
export const parts = ["result", "data", "output"] as const;
/** What of a call has an address. */
export type Part = (typeof parts)[number];

/** A part of a call, from an offset on: characters of a result, bytes of an output. */
export interface Place {
  call: CallId;
  part: Part;
  offset: number;
}

const shape = /^exai:\/\/calls\/([\w.-]{1,64})\/(result|data|output)(?:\?offset=(\d{1,15}))?$/;

/** The way back of `placeOf`. */
export function addressOf({ call, part }: Pick<Place, "call" | "part">, offset = 0): string {
  const whole = `exai://calls/${call}/${part}`;
  return offset === 0 ? whole : `${whole}?offset=${offset}`;
}

/** `undefined` where it is no address of ours. */
export function placeOf(uri: string): Place | undefined {
  const [, call, part, offset = "0"] = shape.exec(uri) ?? [];
  const parsed = callId.safeParse(call);
  return parsed.success ? { call: parsed.data, part: part as Part, offset: Number(offset) } : undefined;
}
