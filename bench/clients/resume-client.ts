import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { obey } from "../client-process.ts";
import { percentile } from "../numbers.ts";
import { ask, connect, type Opened, openSession, type Server } from "./wire.ts";

export interface Returned {
  clients: number;
  /** Those whose own text came. */
  whole: number;
  p50Ms: number;
  lastMs: number;
}

const opensAtOnce = 50;
const longestPauseMs = 1000;

/** Cuts a connection again and again; milliseconds from the first byte of the next one to where it was before. */
async function cut({ server, times }: { server: Server; times: number }): Promise<{ p50Ms: number }> {
  const { url, token } = server;
  const took: number[] = [];
  if (token === undefined) {
    for (let time = 0; time < times; time++) took.push(await timed(() => bareReturn(url)));
    return { p50Ms: percentile(took, 0.5) };
  }
  let { socket, opened } = await openSession(url, { token });
  const call = await startEcho(socket, "a call that goes on", 3_600_000);
  for (let time = 0; time < times; time++) {
    socket.terminate();
    took.push(
      await timed(async () => {
        ({ socket, opened } = await openSession(url, { resume: resumeOf(opened) }));
        await ask(socket, "call.follow", { call, after: 2 });
      }),
    );
  }
  await ask(socket, "call.control", { call, action: "cancel" });
  socket.terminate();
  return { p50Ms: percentile(took, 0.5) };
}

/** A connection and as many round trips as a resume and a follow are. */
async function bareReturn(url: string): Promise<void> {
  const socket = await connect(url);
  await ask(socket, "open", {});
  await ask(socket, "follow", {});
  socket.terminate();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

function resumeOf({ session, resume }: Opened) {
  return { session, secret: resume.secret };
}

async function startEcho(socket: WebSocket, text: string, delayMs: number): Promise<string> {
  const input = delayMs === 0 ? { text } : { text, delayMs };
  const { call } = await ask<{ call: string }>(socket, "call.start", { tool: "echo", input, key: text });
  return call;
}

/** One of many clients: a session, and a call whose answer it has not seen. */
interface Client {
  text: string;
  socket: WebSocket;
  opened?: Opened;
  call?: string;
}

let url = "";
let clients: Client[] = [];

/** Opens so many sessions, each with a call of its own; `late` of the calls are still running when this resolves. */
async function gather(request: { server: Server; count: number; late: number }): Promise<void> {
  const { server, count, late } = request;
  url = server.url;
  let next = 0;
  const openSome = async () => {
    while (next < count) {
      const number = next++;
      // The late ones come last, so that they are running still at the end.
      clients.push(await newClient(server, { number, delayMs: number < count - late ? 0 : 2000 }));
    }
  };
  clients = [];
  await Promise.all(Array.from({ length: opensAtOnce }, openSome));
}

async function newClient({ token }: Server, own: { number: number; delayMs: number }): Promise<Client> {
  const text = `client ${own.number}`;
  if (token === undefined) return { text, socket: await connect(url) };
  const { socket, opened } = await openSession(url, { token });
  return { text, socket, opened, call: await startEcho(socket, text, own.delayMs) };
}

/** Resolves when every connection is cut and every client came back and has its answer, or the time is up. */
async function comeBack({ withinMs }: { withinMs: number }): Promise<Returned> {
  await Promise.all(clients.map(({ socket }) => closed(socket)));
  const beganMs = performance.now();
  const late = sleep(withinMs, false, { ref: false });
  const took: number[] = [];
  const returns = clients.map(async (client) => {
    if (!(await Promise.race([tryAgain(client, beganMs + withinMs), late]))) return;
    took.push(performance.now() - beganMs);
  });
  await Promise.all(returns);
  for (const { socket } of clients) socket.terminate();
  return { clients: clients.length, whole: took.length, p50Ms: percentile(took, 0.5), lastMs: Math.max(0, ...took) };
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.CLOSED) await new Promise((resolve) => socket.once("close", resolve));
}

async function tryAgain(client: Client, untilMs: number): Promise<boolean> {
  for (let pauseMs = 50; performance.now() < untilMs; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    await sleep(pauseMs * Math.random());
    try {
      await answerOf(client);
      return true;
    } catch {
      client.socket.terminate();
    }
  }
  return false;
}

/** Rejects where the connection or the answer did not come. */
async function answerOf(client: Client): Promise<void> {
  const { opened, call, text } = client;
  if (opened === undefined || call === undefined) {
    client.socket = await connect(url);
    const { content } = await ask<{ content: string }>(client.socket, "echo", { input: { text } });
    if (content !== text) throw new Error("Another's answer");
    return;
  }
  const session = await openSession(url, { resume: resumeOf(opened) });
  client.socket = session.socket;
  client.opened = session.opened;
  const own = `"content":${JSON.stringify(text)}`;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.socket.on("message", (data: Buffer) => data.includes(own) && resolve());
  client.socket.once("close", () => reject(new Error("cut")));
  await Promise.all([ask(client.socket, "call.follow", { call, after: 0 }), promise]);
}

const commands = { cut, gather, comeBack };
export type ResumeClient = typeof commands;

obey(commands);
