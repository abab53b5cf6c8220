import type { Clock } from "../../../base/clock.ts";
import type { Confinement, ProcessSpec } from "../../../core/processes/process-host.ts";
import { Fault } from "../../../protocol/fault.ts";
import { unrunnable } from "./executable.ts";
import { GatedProcess } from "./gated-process.ts";
import { instanceOf } from "./instance.ts";
import { Ledger, ledgerFolder } from "./ledger.ts";
import { readProcess } from "./process-table.ts";
import { SupervisedProcess } from "./supervised-process.ts";
import type { Pipes } from "./supervision.ts";
import { findWay, type WaySettings } from "./ways/find-way.ts";
import type { ConfinementWay, Place } from "./ways/way.ts";

/** Whoever will read and write a command's pipes: the command begins once this resolves, and never where it rejects. */
export type Take<T> = (pipes: Pipes, pid: number) => Promise<T> | T;

/** The one who spawns: each command through its gate, into its place, recorded before it begins. */
export class Supervisor implements AsyncDisposable {
  readonly confinement: Confinement;
  readonly #clock: Clock;
  readonly #way: ConfinementWay;
  readonly #ledger: Ledger;
  readonly #instance: string;
  readonly #running = new Set<SupervisedProcess>();
  #started = 0;
  #isClosing = false;

  private constructor(parts: {
    clock: Clock;
    way: ConfinementWay;
    confinement: Confinement;
    ledger: Ledger;
    instance: string;
  }) {
    this.confinement = parts.confinement;
    this.#clock = parts.clock;
    this.#way = parts.way;
    this.#ledger = parts.ledger;
    this.#instance = parts.instance;
  }

  /** Spawns from the thread that it is opened in, whose end is the end of its commands: the main thread. */
  static async open(settings: WaySettings, clock: Clock): Promise<Supervisor> {
    const { way, confinement } = await findWay(settings);
    const instance = await instanceOf(settings.folder);
    return new Supervisor({ clock, way, confinement, ledger: new Ledger(ledgerFolder(settings.folder)), instance });
  }

  async start<T>(spec: ProcessSpec, take: Take<T>): Promise<{ supervision: SupervisedProcess; taken: T }> {
    const reason = await unrunnable(spec.argv[0]);
    if (reason !== undefined) throw notStarted(spec, reason);
    this.#started += 1;
    const mark = `${this.#instance}:${spec.call}:${this.#started}`;
    const place = await this.#way.place(spec, mark);
    try {
      const gated = await GatedProcess.spawn(place, spec.argv).catch((error: unknown) => {
        throw notStarted(spec, error);
      });
      return await this.#begin({ spec, mark, place, gated }, take);
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const ends = await Promise.allSettled([...this.#running].map((each) => each[Symbol.asyncDispose]()));
    await this.#way[Symbol.asyncDispose]();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #begin<T>(started: Started, take: Take<T>): Promise<{ supervision: SupervisedProcess; taken: T }> {
    const { spec, mark, place, gated } = started;
    const { pid } = gated;
    const identity = { pid, startTime: readProcess(pid)?.startTime ?? 0 };
    using undo = new DisposableStack();
    try {
      await this.#stands(started, () => {
        undo.use(this.#ledger.add(identity, { call: spec.call, mark, cgroups: place.cgroups ?? [] }));
      });
      const taken = await take(gated.pipes, pid);
      if (this.#isClosing) throw notStarted(spec, "the daemon is ending");
      const supervision = this.#supervise(started, { tree: place.tree(identity), row: undo.move() });
      gated.go();
      return { supervision, taken };
    } catch (error) {
      await gated.abandon();
      throw error;
    }
  }

  /** Resolves when it is recorded and stands at its gate. */
  async #stands({ spec, gated }: Started, record: () => void): Promise<void> {
    try {
      record();
      await gated.stands(this.#clock);
    } catch (error) {
      throw notStarted(spec, error);
    }
  }

  #supervise({ place, gated }: Started, { tree, row }: { tree: ReturnType<Place["tree"]>; row: Disposable }) {
    const onEnded = async () => {
      this.#running.delete(supervision);
      // What is left of a place is removed by the next start, which finds it in the row.
      await place[Symbol.asyncDispose]().then(
        () => row[Symbol.dispose](),
        () => {},
      );
    };
    const { pid, ended } = gated;
    const supervision: SupervisedProcess = new SupervisedProcess({
      pid,
      ended,
      place,
      tree,
      clock: this.#clock,
      onEnded,
    });
    this.#running.add(supervision);
    return supervision;
  }
}

interface Started {
  spec: ProcessSpec;
  mark: string;
  place: Place;
  gated: GatedProcess;
}

function notStarted(spec: ProcessSpec, reason: unknown): Fault {
  const code = reason instanceof Error ? ("code" in reason ? reason.code : reason.message) : reason;
  return new Fault("process.not-started", `Cannot start ${spec.argv[0]} in ${spec.cwd}: ${code}`, {
    facts: { program: spec.argv[0], cwd: spec.cwd, reason: String(code) },
    cause: reason,
  });
}
