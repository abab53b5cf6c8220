import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../protocol/fault.ts";
import type { CallId, PrincipalId, ThreadId } from "../../protocol/ids.ts";
import type { ThreadVerbs } from "../store/threads.ts";
import { attachNamed, type LeftOut, type NamedSource } from "../workspace/attach-named.ts";
import { attachImages } from "../workspace/attachments.ts";
import type { ShowableFile } from "../workspace/fit-files.ts";
import { scopeOf } from "../workspace/scope.ts";
import type { Telling } from "./composing.ts";
import { readEarlierFiles } from "./earlier-files.ts";
import { type Turn, type TurnFacts, turnOf } from "./turn.ts";

/** Whose turn it is. A `CallContext` is one. */
export interface Speaker {
  readonly call: CallId;
  readonly tool: string;
  readonly owner: { readonly principal: PrincipalId; readonly roots: readonly string[]; readonly cwd?: string };
  readonly thread?: ThreadId;
  /** Files that travelled with the call. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Whose last turn it is. */
export interface Concluding extends Speaker {
  readonly signal: AbortSignal;
  /** Resolves when everything told so far is durable. */
  flushed(): Promise<void>;
}

/** What is to be put to a model, as a caller says it. */
export interface Wanted {
  prompt: string;
  system?: string | undefined;
  files?: readonly string[] | undefined;
  images?: readonly string[] | undefined;
  /** Shown besides the files, as they were read. */
  texts?: readonly ShowableFile[] | undefined;
  /** What of the files cannot be shown, as far as it is known before. */
  left?: readonly LeftOut[] | undefined;
}

/** A turn to be recorded: its text, and what of files and models stands beside it. */
export interface Said extends TurnFacts {
  text: string;
}

export interface ConversationsParts {
  store: ThreadVerbs;
  workspace: NamedSource["workspace"];
  clock: Clock;
}

/** No window holds more. */
const mostBytes = 8 * 1024 * 1024;
const titleChars = 80;

/** The conversations of all tools: what was said is recorded turn by turn, and put to the next model as messages. */
export class Conversations {
  readonly #store: ThreadVerbs;
  readonly #workspace: ConversationsParts["workspace"];
  readonly #clock: Clock;

  constructor({ store, workspace, clock }: ConversationsParts) {
    this.#store = store;
    this.#workspace = workspace;
    this.#clock = clock;
  }

  /** What was said before, backwards from the newest; nothing where the call begins its thread. `thread.unknown`. */
  async earlier({ thread, call, owner }: Speaker): Promise<Turn[]> {
    if (thread === undefined || thread === String(call)) return [];
    const { principal } = owner;
    if ((await this.#store.thread({ thread, principal })) === undefined) throw unknownThread(thread);
    const from = { before: Number.MAX_SAFE_INTEGER };
    const rows = await this.#store.turns({ thread, principal, from, maxBytes: mostBytes });
    return rows.filter((turn) => turn.call !== call).map(turnOf);
  }

  /** All that there is to tell a model, read now: `compose` makes the messages of it. Faults: `workspace.*`. */
  async gather(
    speaker: Speaker,
    { wanted, turns }: { wanted: Wanted; turns: readonly Turn[] },
    signal: AbortSignal,
  ): Promise<Telling> {
    const { prompt, system } = wanted;
    const source = this.#sourceOf(speaker);
    const named = await attachNamed(source, wanted.files ?? [], signal);
    const files = [...named.files, ...(wanted.texts ?? [])];
    const left = [...named.left, ...(wanted.left ?? [])];
    const images = await attachImages(source, wanted.images ?? [], signal);
    const anew = new Set(files.map(({ path }) => path));
    const earlier = await readEarlierFiles(source, { turns, anew }, signal);
    return { prompt, system, files, left, images, turns, earlier };
  }

  /** Adds what was asked and answered, once a call. Answers the thread, `undefined` where it was deleted meanwhile. */
  async record(
    { thread, call, tool, owner }: Speaker,
    { asked, answered }: { asked: Said; answered: Said },
  ): Promise<ThreadId | undefined> {
    if (thread === undefined) return undefined;
    const recorded = await this.#store.recordTurns({
      thread,
      principal: owner.principal,
      call,
      tool,
      at: this.#clock.wallMs(),
      turns: [
        { role: "user", ...entryOf(asked) },
        { role: "assistant", ...entryOf(answered) },
      ],
      ...(thread === String(call) && { title: titleOf(asked.text) }),
    });
    return recorded === "unknown" ? undefined : thread;
  }

  /** Records once all before it is durable: only what is on record may be gone on with. Rejects with why the call ends. */
  async conclude(speaker: Concluding, said: { asked: Said; answered: Said }): Promise<ThreadId | undefined> {
    await speaker.flushed();
    speaker.signal.throwIfAborted();
    return await this.record(speaker, said);
  }

  /** A thread of its own for a call that shares another's answer: what was said so far is said in both. */
  async fork(from: ThreadId, to: { thread: ThreadId; principal: PrincipalId }): Promise<ThreadId | undefined> {
    const { thread, principal } = to;
    const { turns = 0 } = (await this.#store.thread({ thread: from, principal })) ?? {};
    const request = { from, to: thread, principal, at: this.#clock.wallMs(), turns };
    for (;;) {
      const copied = await this.#store.copyThread(request);
      if (copied === "unknown") return undefined;
      if (copied.isWhole) return thread;
    }
  }

  #sourceOf({ owner, files }: Speaker): NamedSource {
    return { workspace: this.#workspace, scope: scopeOf(owner), carried: files, secrets: "refuse" };
  }
}

/** `thread.unknown`, in the same words whether there is none or it is another principal's. */
export function unknownThread(thread: ThreadId): Fault {
  return new Fault("thread.unknown", `Cannot find thread ${JSON.stringify(thread)}, expected one of your own`, {
    facts: { thread },
  });
}

function entryOf({ text, ...facts }: Said): { text: string; more: string } {
  return { text, more: JSON.stringify(facts) };
}

/** How it begins, in one line. */
function titleOf(prompt: string): string {
  const line = prompt.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length <= titleChars ? line : `${line.slice(0, titleChars - 1)}…`;
}
