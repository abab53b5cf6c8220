import { type ReadResourceResult, ResourceNotFoundError } from "@modelcontextprotocol/server";
import { z } from "zod";
import { knownCall } from "../../../core/operations/known-call.ts";
import { pageOf, readable } from "../../../core/processes/output-page.ts";
import { addressAt, type ServerPlace, serverPlaceOf } from "../../../core/upstreams/addresses.ts";
import { hasEnded } from "../../../protocol/phase.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { textOf } from "../call-answer.ts";
import { invalidParams } from "../protocol-faults.ts";
import { headWithin } from "../text-size.ts";
import { addressOf, type Place, placeOf } from "./addresses.ts";
import { pageOfContents } from "./contents-page.ts";

type Contents = ReadResourceResult["contents"];

const params = z.looseObject({ uri: z.string().max(4096) });

/** Of a page so much is the text; what follows it says where it ends. */
const pageShare = 0.9;
/** A token is seldom less. */
const bytesPerToken = 3;

/** A page of what a call came to, or of what its command wrote, and the address of the next one. */
export async function readResource(asked: Asked): Promise<ReadResourceResult> {
  const parsed = params.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot read a resource: its uri is missing");
  const { uri } = parsed.data;
  const server = serverPlaceOf(uri);
  if (server !== undefined) return { contents: await serverContents(asked, server, uri) };
  const place = placeOf(uri);
  if (place === undefined) throw new ResourceNotFoundError(uri);
  return { contents: await contentsOf(asked, place, uri) };
}

/** Another principal's call is as unknown as none, and as an address that nothing has. */
async function contentsOf(asked: Asked, place: Place, uri: string): Promise<Contents> {
  const view = await knownCall(asked.house, asked, place.call);
  if (view === undefined) throw new ResourceNotFoundError(uri);
  if (place.part === "output") return await outputPage(asked, place, uri);
  const text = wholeText(view, place.part);
  if (text === undefined) throw new ResourceNotFoundError(uri);
  const mimeType = place.part === "data" ? "application/json" : "text/plain";
  const page = headWithin(text.slice(place.offset), asked.limits.textTokens * pageShare);
  const next = place.offset + page.length;
  const here = { uri, mimeType, text: page };
  return next < text.length ? [here, nextPage(place, next, `character ${next} of ${text.length}`)] : [here];
}

/** Read anew for each page: a server keeps no other for us. */
async function serverContents(asked: Asked, place: ServerPlace, uri: string): Promise<Contents> {
  const all = await asked.house.library.read(asked, place);
  if (all === undefined) throw new ResourceNotFoundError(uri);
  const page = pageOfContents(all, { offset: place.offset, tokens: asked.limits.textTokens * pageShare });
  if (page.next === undefined) return [...page.contents];
  const next = addressAt(place, page.next);
  return [...page.contents, note(next, `up to character ${page.next} of ${page.length}; go on with ${next}`)];
}

function wholeText(view: CallView, part: Place["part"]): string | undefined {
  if (part === "data") return view.result?.data === undefined ? undefined : JSON.stringify(view.result.data);
  return hasEnded(view.phase) ? textOf(view) : `[${view.call} is ${view.phase}: it has no result yet]`;
}

async function outputPage(asked: Asked, place: Place, uri: string): Promise<Contents> {
  const { outputs } = asked.house;
  const { call, offset } = place;
  const limit = Math.ceil(asked.limits.textTokens * pageShare * bytesPerToken);
  if ((await outputs.view(call)) === undefined) throw new ResourceNotFoundError(uri);
  outputs.consumed(call, offset, asked.caller);
  const page = await pageOf(outputs, call, { offset, limit });
  const log = await outputs.view(call);
  const { bytes, text, next } = readable(page);
  const here =
    text === undefined
      ? { uri, mimeType: "application/octet-stream", blob: bytes.toString("base64") }
      : { uri, mimeType: "text/plain", text };
  const gone = page.start > offset ? [note(uri, `bytes ${offset} to ${page.start} are not kept any more`)] : [];
  const isOver = log === undefined || (log.exit !== undefined && next >= log.end);
  return isOver ? [...gone, here] : [...gone, here, nextPage(place, next, `byte ${next} of ${log.end} so far`)];
}

function nextPage(place: Place, next: number, reached: string): Contents[number] {
  const uri = addressOf(place, next);
  return note(uri, `up to ${reached}; go on with ${uri}`);
}

function note(uri: string, text: string): Contents[number] {
  return { uri, mimeType: "text/plain", text: `[${text}]` };
}
