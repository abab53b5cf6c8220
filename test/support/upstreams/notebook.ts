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
}

type Answer = Record<string, unknown>;
type Arguments = Readonly<Record<string, unknown>>;

/** A server that behaves, by the official library; one for each session. */
export function notebook(memory: Memory = { notes: [], hasGrown: false }): Server {
  const server = new Server({ name: "notebook", version: "1.0.0" }, { capabilities: { tools: { listChanged: true } } });
  server.setRequestHandler("tools/list", async () => ({
    tools: memory.hasGrown ? [...tools, { name: "grown", inputSchema: none }] : tools,
  }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const act = acts[params.name];
    return act === undefined
      ? { content: [{ type: "text", text: `no ${params.name}` }], isError: true }
      : ((await act({ memory, server, context }, params.arguments ?? {})) as never);
  });
  return server;
}

interface Place {
  memory: Memory;
  server: Server;
  context: ServerContext;
}

const acts: Readonly<Record<string, (place: Place, given: Arguments) => Answer | Promise<Answer>>> = {
  remember: ({ memory }, { note }) => {
    memory.notes.push(String(note));
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
