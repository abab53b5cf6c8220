import { appendFileSync, writeFileSync } from "node:fs";
import { acceptedContent, inputRequired, Server, type ServerContext, type Tool } from "@modelcontextprotocol/server";

const text = { type: "string" };
const counted = { type: "object", properties: { count: { type: "integer" } }, required: ["count"] } as const;
const none = { type: "object", properties: {} } as const;

const tools: Tool[] = [
  {
    name: "remember",
    inputSchema: { type: "object", properties: { note: { ...text, maxLength: 100 } }, required: ["note"] },
  },
  { name: "recall", title: "Recall", description: "Says what this session remembers.", inputSchema: none },
  { name: "process", inputSchema: none },
  { name: "wait", inputSchema: { type: "object", properties: { file: text } } },
  { name: "append", inputSchema: { type: "object", properties: { file: text }, required: ["file"] } },
  {
    name: "count",
    inputSchema: { type: "object", properties: { to: { type: "integer", minimum: 1 } }, required: ["to"] },
  },
  { name: "ask", inputSchema: none },
  { name: "grow", inputSchema: none },
  { name: "variable", inputSchema: { type: "object", properties: { name: text }, required: ["name"] } },
  { name: "fail", inputSchema: { type: "object", properties: { why: text } } },
  { name: "picture", inputSchema: none },
  { name: "structured", inputSchema: none, outputSchema: counted },
  { name: "miscounted", inputSchema: none, outputSchema: counted },
];

/** What one process, or one session, remembers. */
export interface Memory {
  notes: string[];
  hasGrown: boolean;
  /** Addresses that somebody is told of. */
  watched?: Set<string>;
  /** Where those hear of changes who have no session. */
  onUpdated?: (uri: string) => void;
}

type Answer = Record<string, unknown>;
type Arguments = Readonly<Record<string, unknown>>;

const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
} as const;

/** A server that behaves, by the official library; one for each session. */
export function notebook(memory: Memory = { notes: [], hasGrown: false }): Server {
  const server = new Server({ name: "notebook", version: "1.0.0" }, { capabilities });
  server.setRequestHandler("tools/list", async () => ({
    tools: memory.hasGrown ? [...tools, { name: "grown", inputSchema: none }] : tools,
  }));
  serveReading(server, memory);
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const act = acts[params.name];
    return act === undefined
      ? { content: [{ type: "text", text: `no ${params.name}` }], isError: true }
      : ((await act({ memory, server, context }, params.arguments ?? {})) as never);
  });
  return server;
}

const template = "note://one/{number}";

/** Notes as resources, and what is told of them. */
function serveReading(server: Server, memory: Memory): void {
  const greet = { name: "greet", title: "Greet", arguments: [{ name: "whom", required: true }] };
  server.setRequestHandler("prompts/list", async () => ({ prompts: [greet] }));
  server.setRequestHandler("prompts/get", async ({ params }) => {
    if (params.name !== "greet") throw new Error(`there is no prompt ${params.name}`);
    const text = `Greet ${params.arguments?.["whom"]} as ${memory.notes.join(", ")} would`;
    return { description: "How to greet", messages: [{ role: "user", content: { type: "text", text } }] };
  });
  server.setRequestHandler("resources/list", async () => ({
    resources: [
      { uri: "note://all", name: "all", title: "All notes", mimeType: "text/plain" },
      ...memory.notes.map((_, at) => ({ uri: `note://one/${at}`, name: `note ${at}` })),
    ],
  }));
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: [{ uriTemplate: template, name: "one", mimeType: "text/plain" }],
  }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }) => {
    if (uri === "note://all") return { contents: [{ uri, mimeType: "text/plain", text: memory.notes.join("\n") }] };
    const text = memory.notes[Number(/^note:\/\/one\/(\d+)$/.exec(uri)?.[1] ?? -1)];
    if (text === undefined) throw new Error(`there is no note at ${uri}`);
    return { contents: [{ uri, mimeType: "text/plain", text }] };
  });
  server.setRequestHandler("completion/complete", async ({ params: { ref, argument } }) => ({
    completion: {
      values: "uri" in ref && ref.uri === template ? memory.notes.map((_, at) => `${at}`) : [`${argument.value}nn`],
    },
  }));
  for (const method of ["resources/subscribe", "resources/unsubscribe"] as const)
    server.setRequestHandler(method, async ({ params: { uri } }) => {
      if (method === "resources/subscribe") memory.watched?.add(uri);
      else memory.watched?.delete(uri);
      return {};
    });
}

interface Place {
  memory: Memory;
  server: Server;
  context: ServerContext;
}

const acts: Readonly<Record<string, (place: Place, given: Arguments) => Answer | Promise<Answer>>> = {
  remember: async ({ memory, server }, { note }) => {
    memory.notes.push(String(note));
    memory.onUpdated?.("note://all");
    await server.sendResourceUpdated({ uri: "note://all" });
    await server.sendResourceListChanged();
    return said(`remembered ${note}`);
  },
  recall: ({ memory }) => said(memory.notes.join(", ")),
  process: () => said(String(process.pid)),
  wait: async ({ context }, { file }) => {
    const { signal } = context.mcpReq;
    if (typeof file === "string") writeFileSync(file, "waits");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (typeof file === "string") writeFileSync(file, "was cancelled");
    return said("cancelled");
  },
  append: async (_place, { file }) => {
    appendFileSync(String(file), "done\n");
    return await new Promise<never>(() => {});
  },
  count: async ({ context }, { to }) => {
    const token = context.mcpReq._meta?.progressToken;
    for (let progress = 1; progress <= Number(to) && token !== undefined; progress++) {
      const params = { progressToken: token, progress, total: Number(to), message: `at ${progress}` };
      await context.mcpReq.notify({ method: "notifications/progress", params });
    }
    return said(`counted to ${to}`);
  },
  ask: ({ context }) => {
    const answered = acceptedContent(context.mcpReq.inputResponses, "color");
    if (answered !== undefined) return said(`likes ${JSON.stringify(answered)}`);
    if (context.mcpReq.inputResponses !== undefined) return said("would not say");
    const requestedSchema = { type: "object", properties: { color: text }, required: ["color"] };
    const color = inputRequired.elicit({ message: "Which color?", requestedSchema } as never);
    return inputRequired({ inputRequests: { color } }) as Answer;
  },
  grow: async ({ memory, server }) => {
    memory.hasGrown = true;
    await server.sendToolListChanged();
    return said("grown");
  },
  variable: (_place, { name }) => {
    const value = process.env[String(name)];
    process.stderr.write(`${name} is ${value}\n`);
    return said(`${name} is ${value}`);
  },
  fail: (_place, { why }) => ({ ...said(String(why ?? "no reason")), isError: true }),
  picture: () => ({ content: [{ type: "image", mimeType: "image/png", data: "AAAA" }] }),
  structured: () => ({ content: [{ type: "text", text: "three" }], structuredContent: { count: 3 } }),
  miscounted: () => ({ content: [{ type: "text", text: "many" }], structuredContent: { count: "many" } }),
  grown: () => said("as tall as that"),
};

function said(words: string): Answer {
  return { content: [{ type: "text", text: words }] };
}
