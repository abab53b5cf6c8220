import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { McpConversation, McpJson } from "../gateways/websocket/parts.ts";
import { Fault } from "../protocol/fault.ts";
import type { LoadedSettings } from "./config/load-settings.ts";
import type { Core } from "./core.ts";
import type { Beginning } from "./ground.ts";
import { StartFailed } from "./lifecycle.ts";
import { openMcp } from "./mcp.ts";
import { openMcpChannels } from "./mcp-channels.ts";
import { readOwnerToken } from "./owner-token.ts";
import { readSettings } from "./read-settings.ts";
import { openRunning } from "./running.ts";
import { unheard } from "./unheard.ts";

export interface StandaloneParts {
  env: Readonly<Record<string, string | undefined>>;
  version: string;
  cwd: string;
  /** To the client; resolves when there is room for more. */
  send: (message: McpJson) => Promise<void>;
  /** Told once where there is nobody to talk to any more. */
  onEnd: () => void;
  /** What the user should know. */
  note: (text: string) => void;
}

/** A core for one client of MCP, in this process and without a door. */
export interface Standalone extends AsyncDisposable {
  /** Takes a message of the client's; refuses with a `Fault` what is none. */
  take(message: McpJson): void;
}

/**
 * Starts a core on the data folder as `serve` does, for the owner alone. Where a daemon holds the folder it has one of
 * its own, with the same settings, that is gone when this ends.
 */
export async function openStandalone(parts: StandaloneParts): Promise<Standalone> {
  const loaded = readSettings(parts.env);
  for (const notice of loaded.notices) parts.note(notice);
  try {
    return await open(parts, loaded);
  } catch (error) {
    if (!isHeld(error)) throw error instanceof StartFailed ? refusal(error) : error;
    const folder = await mkdtemp(join(tmpdir(), "exai-standalone-"));
    parts.note(`another exai runs on ${loaded.settings.home}: this one keeps what it does in ${folder} until it ends`);
    const alone = await open(parts, movedTo(loaded, folder));
    const close = async () => {
      await alone[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    };
    return { take: (message) => alone.take(message), [Symbol.asyncDispose]: close };
  }
}

async function open(parts: StandaloneParts, loaded: LoadedSettings): Promise<Standalone> {
  const { env, version } = parts;
  const begin = (beginning: Beginning, core: Core) => converse(parts, beginning, core);
  const { serving, running } = await openRunning({ loaded, version, readSettings: () => readSettings(env) }, begin);
  const net = unheard((error) => running.bug(error));
  const close = async () => {
    // Nobody is there for whom calls could go on.
    running.stop("now");
    await running.stopped;
    net[Symbol.dispose]();
  };
  return { take: (message) => serving.conversation.take(message), [Symbol.asyncDispose]: close };
}

async function converse(
  { cwd, send, onEnd }: StandaloneParts,
  beginning: Beginning,
  core: Core,
): Promise<{ conversation: McpConversation; address: string }> {
  const { settings, lifecycle } = beginning;
  const servers = openMcp(beginning, core);
  const caller = await lifecycle.step("the owner", () => ownerOf(core, settings.ownerTokenFile));
  const session = caller.session;
  if (session !== undefined) await lifecycle.start("the presence", () => core.presences.arrive({ session }));
  const client = { caller, cwd, keyOf: () => undefined, send, ended: onEnd };
  const conversation = await lifecycle.start("the conversation", () => openMcpChannels(servers).open(client));
  return { conversation, address: "" };
}

async function ownerOf({ doors }: Core, file: string) {
  const token = (await readOwnerToken(file)) ?? "";
  const client = { name: "standalone", version: "1" };
  const owner = await doors.authenticate(token, { address: "", client: client.name });
  return (await doors.openSession(owner, client)).caller;
}

function movedTo(loaded: LoadedSettings, home: string): LoadedSettings {
  return { ...loaded, settings: { ...loaded.settings, home, ownerTokenFile: join(home, "owner.token") } };
}

function isHeld(error: unknown): boolean {
  return error instanceof StartFailed && error.cause instanceof Fault && error.cause.code === "instance.running";
}

function refusal({ message, cause }: StartFailed): Fault {
  return new Fault(cause instanceof Fault ? cause.code : "internal", message, { cause });
}
