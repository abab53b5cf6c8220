import type {
  CallToolRequestParams,
  CallToolResult,
  GetPromptRequestParams,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  Result,
  ServerContext,
  Tool,
} from "@modelcontextprotocol/server";

/** What a tool of the suite's may do besides answering. */
export interface Means {
  /** The product's own `tools/call`, under another name and other arguments. */
  proceed: (request: CallToolRequestParams) => Promise<Result>;
  /** Tells whoever listens that the lists of tools and prompts have changed. */
  listsChanged: () => void;
}

/** A tool that answers in the protocol's own words: no call stands behind it. */
export interface AddedTool {
  readonly definition: Tool;
  call(
    request: CallToolRequestParams,
    context: ServerContext,
    means: Means,
  ): Promise<CallToolResult | InputRequiredResult | Result>;
}

/** A prompt that answers for itself. */
export interface AddedPrompt {
  readonly definition: Prompt;
  get(request: GetPromptRequestParams, context: ServerContext): Promise<GetPromptResult | InputRequiredResult>;
}
