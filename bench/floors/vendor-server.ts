import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// A vendor of chat completions: streams as many tokens as the question's last word says, a burst of them every so often.
const pauseMs = 20;
const burst = 10;
const tokens = new Map<number, string>();

const server = createServer(async (request, response) => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  const [, count = "0", pace = ""] = /(\d+) tokens( slowly)?/.exec(text) ?? [];
  response.writeHead(200, { "content-type": "text/event-stream" });
  await stream(response, Number(count), pace !== "");
  response.write(event({}, "stop"));
  const usage = { prompt_tokens: 10, completion_tokens: Number(count), total_tokens: 10 + Number(count) };
  response.write(`data: ${JSON.stringify({ id: "answer", model: "small-1", choices: [], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
});

async function stream(response: ServerResponse, count: number, slowly: boolean): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    if (slowly && sent % burst === burst - 1) await sleep(pauseMs);
    if (!response.write(tokenOf(sent % 10))) await new Promise((resolve) => response.once("drain", resolve));
  }
}

function tokenOf(number: number): string {
  const known = tokens.get(number);
  if (known !== undefined) return known;
  const made = event({ content: ` word${number}` });
  tokens.set(number, made);
  return made;
}

function event(delta: Record<string, string>, finish: string | null = null): string {
  const choice = { index: 0, delta, finish_reason: finish };
  return `data: ${JSON.stringify({ id: "answer", object: "chat.completion.chunk", model: "small-1", choices: [choice] })}\n\n`;
}

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
