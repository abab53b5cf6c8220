import type { Clock } from "../../../base/clock.ts";
import { bindVerbs } from "../../../core/store/bind-verbs.ts";
import { GroupCommit, type OnCommit, type Outcome } from "../../../core/store/group-commit.ts";
import type { Store } from "../../../core/store/store.ts";
import type { Durability } from "./database.ts";
import { type Answer, errorOf } from "./messages.ts";
import { type OnLost, WorkerLink } from "./worker-link.ts";

/** Often enough that the log stays small, seldom enough that its pages are written once for many commits. */
const checkpointMs = 1000;

/** What the thread finds when a commit is done is its next one: it does not wait until this thread has time for its answer. */
const batchesAhead = 4;

/** The store in a file `exai.db` of the folder. The folder belongs to one daemon: see `lockFolder`. */
export async function openSqliteStore(parts: {
  folder: string;
  durability: Durability;
  clock: Clock;
  onCommit?: OnCommit;
  /** Told where the store's thread is lost: nothing is stored from then on, and only a new start helps. */
  onLost?: OnLost;
  heapMiB?: number;
}): Promise<Store> {
  const { folder, durability, clock, onLost, heapMiB } = parts;
  const { link, opened } = await WorkerLink.start({ settings: { folder, durability }, onLost, heapMiB });
  const checkpoints = new Checkpoints({ clock, link });
  const commits = new GroupCommit({
    onCommit: parts.onCommit,
    ahead: batchesAhead,
    commit: async (batch, turn) => {
      const answers = (await link.ask({ do: "verbs", batch, turn })) as Answer[];
      checkpoints.expect();
      return answers.map(outcomeOf);
    },
  });
  return {
    ...bindVerbs(opened.verbs, (called) => commits.run(called)),
    epoch: opened.epoch,
    size: () => link.ask({ do: "size" }) as Promise<number>,
    backup: ({ file }) => link.ask({ do: "backup", file }) as Promise<{ bytes: number }>,
    [Symbol.asyncDispose]: async () => {
      await commits[Symbol.asyncDispose]();
      checkpoints[Symbol.dispose]();
      await link.close();
    },
  };
}

/** Moves the log into the file a while after a commit, so that commits seldom have to. */
class Checkpoints implements Disposable {
  readonly #clock: Clock;
  readonly #link: WorkerLink;
  #timer: Disposable | undefined;

  constructor(parts: { clock: Clock; link: WorkerLink }) {
    this.#clock = parts.clock;
    this.#link = parts.link;
  }

  expect(): void {
    this.#timer ??= this.#clock.timer(checkpointMs, () => {
      this.#timer = undefined;
      // Nothing is lost with a checkpoint that fails: the log has it all, and the next commit tells.
      this.#link.ask({ do: "checkpoint" }).catch(() => {});
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

function outcomeOf(answer: Answer): Outcome {
  return "failure" in answer ? { error: errorOf(answer.failure) } : answer;
}
