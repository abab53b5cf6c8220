import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ListedModel, ModelFile, ModelRequest, UploadedFile } from "../../../core/models/model.ts";
import type { Fetch, Line } from "./line.ts";
import type { Quirks } from "./quirks.ts";

/** The library's shape of a request. */
export type ChatRequest = LanguageModelV4CallOptions;

/** What a vendor's own code sees of one request before it goes out. */
export interface Question {
  line: Line;
  request: ModelRequest;
  /** The line's, which notices that an answer has begun. */
  fetch: Fetch;
}

/** What goes out for one request, and what of the request the vendor has no way for. */
export interface Prepared {
  model: LanguageModelV4;
  /** Laid over what every vendor gets. */
  options?: Partial<ChatRequest>;
  /** Names of the request's fields. */
  ignored?: readonly string[];
}

/** One vendor's protocol, library and quirks, behind what all vendors share. */
export interface Vendor {
  /** Loads its library with the first question, and makes the model of one request. */
  prepare(question: Question): Promise<Prepared>;
  /** Headers that carry the key where the library is not in between. */
  headers(apiKey: string): Record<string, string>;
  quirks?: Quirks;
  listModels?(line: Line, signal: AbortSignal): Promise<ListedModel[]>;
  countTokens?(line: Line, request: ModelRequest, signal: AbortSignal): Promise<number>;
  uploadFile?(line: Line, file: ModelFile, signal: AbortSignal): Promise<UploadedFile>;
}
