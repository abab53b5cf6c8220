import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// An MCP server of 2025-11-25, written by hand, that misbehaves as its first argument says once its tool is called.
const [, , how = "answers"] = process.argv;

const tools = [{ name: "act", inputSchema: { type: "object" } }];
const capabilities = { tools: {} };
const serverInfo = { name: how, version: "1" };
const flood = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } })}\n`;

function write(line: string): boolean {
  return process.stdout.write(line);
}

function answer(id: unknown, result: unknown): void {
  write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
}

/** As fast as the pipe takes it, for ever. */
function forEver(stream: NodeJS.WriteStream, piece: string): void {
  const more = () => {
    while (stream.write(piece));
    stream.once("drain", more);
  };
  more();
}

/** A tree that outlives its parent: in a session of its own, deaf to signals that ask. */
function leaveChildren(): void {
  const deaf = "process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1000)";
  for (const detached of [true, false]) spawn(process.execPath, ["-e", deaf], { detached, stdio: "inherit" }).unref();
}

const acts: Readonly<Record<string, (id: unknown) => void>> = {
  answers: (id) => answer(id, { content: [{ type: "text", text: "fine" }] }),
  "never-answers": () => {},
  "floods-stdout": () => forEver(process.stdout, flood.repeat(500)),
  "floods-stderr": () => forEver(process.stderr, `${"noise ".repeat(100)}\n`.repeat(50)),
  crashes: () => process.exit(3),
  forks: (id) => {
    leaveChildren();
    answer(id, { content: [{ type: "text", text: "forked" }] });
  },
  "forks-and-crashes": () => {
    leaveChildren();
    process.exit(4);
  },
  "breaks-frames": () => write('{"jsonrpc":"2.0","id":\n'),
  "long-line": () => forEver(process.stdout, "x".repeat(65_536)),
  "reads-nothing": () => process.stdin.pause(),
  "deep-answer": (id) =>
    write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${"[".repeat(5000)}${"]".repeat(5000)}}\n`),
  "wrong-answer": (id) => answer(id, { content: "no list of blocks" }),
};

if (how === "crashes-at-once") process.exit(5);
if (how === "deaf") process.on("SIGTERM", () => {});

createInterface(process.stdin).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (how === "silent-at-start") return;
  if (method === "initialize") answer(id, { protocolVersion: "2025-11-25", capabilities, serverInfo });
  else if (method === "tools/list") answer(id, { tools });
  else if (method === "tools/call") (acts[how] ?? acts["answers"])?.(id);
  else if (id !== undefined && how === "ends-at-unknown") process.exit(6);
  else if (id !== undefined)
    write(`${JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } })}\n`);
});
