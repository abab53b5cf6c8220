import type {
  CallToolRequestParams,
  CallToolResult,
  CompleteRequestParams,
  CompleteResult,
  GetPromptRequestParams,
  GetPromptResult,
  InputRequiredResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
  Result,
  Server,
  ServerCapabilities,
  ServerContext,
  ServerEvent,
  Tool,
} from "@modelcontextprotocol/server";

/** A tool that answers in the protocol's own words: no call stands behind it. */
export interface AddedTool {
  readonly definition: Tool;
  /** `proceed` is the product's own `tools/call`, under another name and other arguments. */
  call(
    request: CallToolRequestParams,
    context: ServerContext,
    about: {
      server: Server;
      proceed: (request: CallToolRequestParams) => Promise<Result>;
      /** Tells whoever listens, as a change of the product's own lists does. */
      changed: (event: ServerEvent) => void;
    },
  ): Promise<CallToolResult | InputRequiredResult | Result>;
}

/** A prompt that answers for itself. */
export interface AddedPrompt {
  readonly definition: Prompt;
  get(
    request: GetPromptRequestParams,
    context: ServerContext,
    server: Server,
  ): Promise<GetPromptResult | InputRequiredResult>;
}

/** What stands beside the product's own tools, prompts and resources. The product gives none: a test's entry may. */
export interface McpAdditions {
  readonly capabilities?: ServerCapabilities;
  readonly tools: readonly AddedTool[];
  readonly prompts: readonly AddedPrompt[];
  readonly resources: readonly Resource[];
  readonly templates: readonly ResourceTemplateType[];
  /** `undefined` where the address is none of these. */
  read(uri: string, context: ServerContext): Promise<ReadResourceResult | undefined>;
  complete?(request: CompleteRequestParams): Promise<CompleteResult | undefined>;
}
