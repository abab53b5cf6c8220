import type { ModelFile, ModelRequest, UploadedFile } from "../../../core/models/model.ts";
import type { Line } from "./line.ts";
import type { Quirks } from "./quirks.ts";

/** What a request looks like on its way to an endpoint of the chat-completions protocol. */
export type Body = Record<string, unknown>;

/**
 * Where an endpoint that speaks chat completions has ways of its own. A folder of a vendor holds its dialect
 * and nothing else; the one speaker of the protocol takes it.
 */
export interface Dialect extends Quirks {
  /** The last change to a request. */
  body?(body: Body, request: ModelRequest): Body;
  /** Fields of the request that the endpoint, or this model of it, has no way for: `body` leaves them out. */
  ignored?(request: ModelRequest): string[];
  /** Takes a JSON schema for the answer; otherwise the schema is told in words. */
  takesSchema?: boolean;
  uploadFile?(line: Line, file: ModelFile, signal: AbortSignal): Promise<UploadedFile>;
}

/** The field of a body that holds tools, with one more. */
export function withTool(body: Body, tool: Body): Body {
  const { tools } = body;
  return { ...body, tools: [...(Array.isArray(tools) ? tools : []), tool] };
}

/** The body without fields of a name. */
export function without(body: Body, names: readonly string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}
