import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type WebSocket from "ws";
import type { CallHandle } from "../../../src/client/call-handle.ts";
import type { Client } from "../../../src/client/client.ts";
import { principalView } from "../../../src/protocol/access-methods.ts";
import { objectionTo } from "../../../src/protocol/agent-run.ts";
import type { CallEvent } from "../../../src/protocol/events.ts";
import type { CallView } from "../../../src/protocol/result.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import type { VendorServer } from "../../support/vendor-server.ts";
import { clientOf, never, startPatiently } from "../socket-client.ts";
import { runName } from "./model-of-runs.ts";

/** A user with a token and a directory of its own. */
export interface User {
  name: string;
  token: string;
  folder: string;
}

/** A daemon whose limits let so many users run agents at once, over a vendor on loopback. */
export async function agentDaemon(
  vendor: VendorServer,
  { folder, env = {} }: { folder: string; env?: Record<string, string> },
): Promise<DaemonProcess> {
  const wide = ["EXAI_WS_GLOBAL_MAX_INFLIGHT", "EXAI_PROVIDER_MAX_INFLIGHT"];
  return await startDaemon({
    env: {
      CUSTOM_API_URL: vendor.baseUrl,
      DEFAULT_MODEL: "custom/small-1",
      EXAI_ROOTS: folder,
      LOG_LEVEL: "warn",
      ...Object.fromEntries(wide.map((name) => [name, "400"])),
      ...env,
    },
  });
}

export async function usersOf(daemon: DaemonProcess, count: number, folder: string): Promise<User[]> {
  await using owner = clientOf(daemon);
  const users: User[] = [];
  for (let index = 0; index < count; index++) {
    const name = `u${String(index).padStart(2, "0")}`;
    const home = join(folder, name);
    await mkdir(home);
    await writeFile(join(home, "notes.txt"), `notes of ${name}\n`);
    const { id } = principalView.parse(await owner.request("principal.create", { name }, never));
    const wanted = { name, principal: id, scopes: ["tools" as const, "agent" as const], roots: [home] };
    const { token } = await owner.request("token.create", wanted, never);
    users.push({ name, token, folder: home });
  }
  return users;
}

/** A run as its starter followed it to its end. */
export interface FollowedRun {
  name: string;
  view: CallView;
  events: CallEvent[];
  /** First and last number of what came, and of deltas that were gone when it was asked for. */
  ranges: [from: number, to: number][];
}

/** Starts runs of a user and follows each to its end; its connection is cut at every `cutEvery`th event. */
export async function runsOf(
  daemon: DaemonProcess,
  user: User,
  { runs, cutEvery, round = 0 }: { runs: number; cutEvery: number; round?: number },
): Promise<FollowedRun[]> {
  const sockets = new Set<WebSocket>();
  await using client = clientOf({ url: daemon.url, token: user.token }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  let seen = 0;
  const onEvent = () => {
    seen += 1;
    if (seen % cutEvery === 0) for (const socket of sockets) socket.terminate();
  };
  const names = Array.from({ length: runs }, (_, run) => runName(user.name, round * runs + run));
  return await Promise.all(names.map(async (name) => await follow(await startRun(client, name), name, onEvent)));
}

/** The start of a run, however busy the machine is. */
export async function startRun(client: Client, name: string): Promise<CallHandle> {
  const input = { goal: `This is ${name}: read your notes.`, tools: ["read", "search", "echo"] };
  return await startPatiently(client, "agent", { input, follow: true });
}

export async function follow(handle: CallHandle, name: string, onEvent: () => void): Promise<FollowedRun> {
  const events: CallEvent[] = [];
  const ranges: FollowedRun["ranges"] = [];
  for await (const event of handle.events) {
    if ("type" in event) {
      events.push(event);
      ranges.push([event.from ?? event.seq, event.seq]);
    } else if (event.reason === "folded") ranges.push([event.from, event.to]);
    onEvent();
  }
  return { name, view: await handle.result(), events, ranges };
}

/** What is wrong with a run that should have answered: its events, their numbers, its answer. */
export function wrongWith({ name, view, events, ranges }: FollowedRun): string[] {
  const objection = objectionTo(events);
  const isWhole = ranges.every(([from], index) => from === (ranges[index - 1]?.[1] ?? 0) + 1);
  return [
    ...(objection === undefined ? [] : [`${name}: ${objection}`]),
    ...(isWhole ? [] : [`${name}: events ${ranges.join(" ")}`]),
    ...(view.result?.content === `${name} is done` ? [] : [`${name}: ${JSON.stringify(view.result ?? view.fault)}`]),
  ];
}
