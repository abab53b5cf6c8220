import { type ServerCapabilities, type ServerOptions, SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";

/** The extension by which a call is a task. */
export const tasksExtension = "io.modelcontextprotocol/tasks";

/** Revisions without a handshake: each request says all. */
export const modernVersions: readonly string[] = ["2026-07-28"];

const capabilities: ServerCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
  extensions: { [tasksExtension]: {} },
};

const instructions =
  'Calls outlive requests. An answer with status "running" is not the result: send its `next` until the call has ended.';

/** What every server of the daemon is made with; nothing in it is a peer's. */
export const serverOptions: ServerOptions = {
  capabilities,
  instructions,
  supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, ...modernVersions],
  // Whoever asked checks the answer to its own question; nothing compiles a schema here.
  jsonSchemaValidator: {
    getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
  },
};
