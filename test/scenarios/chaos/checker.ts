import { isEnding, type TerminalType } from "../../../src/protocol/endings.ts";
import type { History, Job, JournaledCall, Note } from "./history.ts";
import { outputOf, sha256, textOf } from "./work.ts";

type Noted<W extends Note["what"]> = Extract<Note, { what: W }>;

/** What a run broke of the promises, in words; nothing where it kept them. A run that shows nothing keeps none. */
export function violations(history: History): string[] {
  return [...emptiness(history), ...ofJobs(history), ...ofStrangers(history), ...ofAftermath(history)];
}

function ofJobs(history: History): string[] {
  const notesOf = Map.groupBy(history.notes, (note) => ("key" in note ? note.key : ""));
  const journaledOf = Map.groupBy(history.journal, (call) => call.key ?? "");
  return history.jobs.flatMap((job) => {
    const look = new JobLook(job, history, notesOf.get(job.key) ?? [], journaledOf.get(job.key) ?? []);
    return look.violations().map((broken) => `${job.key} (${job.tool}, ${job.act}): ${broken}`);
  });
}

/** A check that has looked at nothing has shown nothing. */
function emptiness({ notes, journal, jobs, ran, stream }: History): string[] {
  const count = (what: Note["what"]) => notes.filter((note) => note.what === what).length;
  const looked = { jobs: jobs.length, journaled: journal.length, acknowledged: count("acknowledged") };
  const seen = { ...looked, events: count("event"), endings: count("ended") };
  const isAnyExec = jobs.some(({ tool, act }) => tool === "exec" && act !== "cancel");
  const ofExec = isAnyExec ? { pieces: count("output"), ran: ran.length, stream: stream.length } : {};
  return Object.entries({ ...seen, ...ofExec })
    .filter(([, number]) => number === 0)
    .map(([name]) => `nothing to look at: no ${name}`);
}

function ofStrangers({ jobs, journal, ran }: History): string[] {
  const keys = new Set(jobs.map(({ key }) => key));
  const strangers = journal.filter(({ key }) => key === null || !keys.has(key));
  return [
    ...strangers.map(({ call, key }) => `${call} has the key ${key}, which nobody gave`),
    ...ran.filter((key) => !keys.has(key)).map((key) => `a command ran for ${key}, which nobody asked for`),
  ];
}

function ofAftermath({ aftermath }: History): string[] {
  const { permits, phases, strays, exit } = aftermath;
  const held = Object.entries(permits).filter(([, { held, waiting }]) => held !== 0 || waiting !== 0);
  const open = Object.entries(phases).filter(([, count]) => count !== 0);
  return [
    ...(Object.keys(permits).length === 0 ? ["nothing to look at: no permits"] : []),
    ...held.map(([name, { held, waiting }]) => `${name} permits at the end: ${held} held, ${waiting} waiting`),
    ...open.map(([phase, count]) => `${count} calls are still ${phase}`),
    ...strays.map((pid) => `process ${pid} carries the daemon's mark and lives`),
    ...(exit === 0 ? [] : [`the daemon ended with ${exit}, expected 0`]),
  ];
}

/** One job with all that is known of it. */
class JobLook {
  readonly #job: Job;
  readonly #history: History;
  readonly #notes: readonly Note[];
  readonly #journaled: readonly JournaledCall[];

  constructor(job: Job, history: History, notes: readonly Note[], journaled: readonly JournaledCall[]) {
    this.#job = job;
    this.#history = history;
    this.#notes = notes;
    this.#journaled = journaled;
  }

  violations(): string[] {
    const refused = this.#of("refused").map(({ code }) => `refused with ${code}`);
    const [call, ...others] = this.#journaled;
    if (others.length > 0) return [...refused, `${others.length + 1} calls in the journal, expected one`];
    if (call === undefined) return [...refused, "no call in the journal, expected one"];
    const readers = Array.from({ length: this.#job.readers }, (_, reader) => this.#reading(reader, call)).flat();
    return [
      ...refused,
      ...this.#acknowledged(call),
      ...journal(call),
      ...readers,
      ...this.#ended(call),
      ...this.#ran(),
    ];
  }

  get #isDone(): boolean {
    return this.#of("ended").some(({ phase }) => phase === "succeeded");
  }

  #of<W extends Note["what"]>(what: W): Noted<W>[] {
    return this.#notes.filter((note): note is Noted<W> => note.what === what);
  }

  #acknowledged(call: JournaledCall): string[] {
    const calls = new Set(this.#of("acknowledged").map((note) => note.call));
    if (calls.size === 0) return ["never acknowledged"];
    return [...calls].filter((id) => id !== call.call).map((id) => `acknowledged as ${id}, journaled as ${call.call}`);
  }

  /** Every number once and in order; a gap only where nothing is. */
  #reading(reader: number, call: JournaledCall): string[] {
    const broken: string[] = [];
    let at = 0;
    for (const note of this.#notes) {
      if ((note.what !== "event" && note.what !== "gap") || note.reader !== reader) continue;
      const to = note.what === "event" ? note.seq : note.to;
      if (note.from !== at + 1) broken.push(`reader ${reader} got ${note.from} after ${at}`);
      if (note.what === "event") broken.push(...unlike(note, call));
      else broken.push(...hidden(note, call));
      at = to;
    }
    if (at !== call.seq) broken.push(`reader ${reader} stands at ${at}, the journal at ${call.seq}`);
    return broken;
  }

  #ended(call: JournaledCall): string[] {
    const [ended, ...more] = this.#of("ended");
    if (ended === undefined) return ["the client never saw its end"];
    const broken: string[] = more.length > 0 ? [`ended ${more.length + 1} times`] : [];
    if (ended.phase !== call.phase) broken.push(`told as ${ended.phase}, journaled as ${call.phase}`);
    if (ended.seq !== call.seq) broken.push(`told to end at ${ended.seq}, journaled to ${call.seq}`);
    if (!this.#mayEnd(ended)) broken.push(`ended as ${ended.phase} (${ended.fault}) without a cause`);
    return [...broken, ...(this.#job.tool === "echo" ? this.#echoed(ended) : this.#printed())];
  }

  /** What may become of it, by what was done to it. */
  #mayEnd({ phase, fault }: Noted<"ended">): boolean {
    const { act, tool, onDisconnect } = this.#job;
    const { kills, stops } = this.#history.downs;
    if (phase === "succeeded") return true;
    if (phase === "cancelled") return act === "cancel" || onDisconnect === "cancel";
    if (phase !== "failed") return false;
    if (fault === "call.shutdown") return stops > 0;
    if (fault === "call.interrupted") return tool === "exec" && kills + stops > 0;
    return fault === "call.poisoned" && kills + stops > 1;
  }

  #echoed({ phase, sha256: told }: Noted<"ended">): string[] {
    if (phase !== "succeeded" || told === sha256(textOf(this.#job))) return [];
    return ["the text that came back is another one"];
  }

  /** Its bytes from the first on, none twice, none missing, none changed; all of them where it came to its end. */
  #printed(): string[] {
    const whole = outputOf(this.#job, this.#history.stream);
    const broken: string[] = this.#of("hole").map(({ offset, to }) => `${to - offset} bytes thrown away at ${offset}`);
    let at = 0;
    for (const { offset, length, sha256: told } of this.#of("output")) {
      if (offset !== at) broken.push(`output at ${offset} came after ${at}`);
      if (told !== sha256(whole.subarray(offset, offset + length))) broken.push(`output at ${offset} is changed`);
      at = offset + length;
    }
    const fins = this.#of("fin");
    if (fins.some(({ length }) => length !== at)) broken.push(`the output ended at ${fins[0]?.length}, read to ${at}`);
    if (this.#isDone && at !== whole.length) broken.push(`${at} bytes of output, expected ${whole.length}`);
    if (this.#isDone && fins.length !== 1) broken.push(`its output ended ${fins.length} times`);
    return broken;
  }

  #ran(): string[] {
    const times = this.#history.ran.filter((key) => key === this.#job.key).length;
    if (times > 1) return [`ran ${times} times`];
    return this.#job.tool === "exec" && this.#isDone && times === 0 ? ["succeeded and never ran"] : [];
  }
}

const phaseOf: Record<TerminalType, string> = {
  "call.succeeded": "succeeded",
  "call.failed": "failed",
  "call.cancelled": "cancelled",
  "call.expired": "expired",
};

/** Numbered from 1 without a hole; one ending, and nothing after it. */
function journal({ events, seq, phase }: JournaledCall): string[] {
  const broken = events
    .filter((event, index) => event.seq !== index + 1)
    .map((event) => `journaled ${event.seq} astray`);
  const endings = events.map(({ type }) => type).filter(isEnding);
  if (endings.length !== 1) broken.push(`${endings.length} terminal events, expected one`);
  const last = events.at(-1);
  if (last === undefined || last.seq !== seq) broken.push(`the journal ends at ${last?.seq}, its row at ${seq}`);
  else if (!isEnding(last.type)) broken.push(`the journal ends with ${last.type}`);
  else if (phaseOf[last.type] !== phase) broken.push(`${last.type} ends a call that is ${phase}`);
  return broken;
}

function unlike({ seq, type }: Noted<"event">, { events }: JournaledCall): string[] {
  const kept = events[seq - 1]?.type;
  return kept === type ? [] : [`event ${seq} came as ${type}, journaled as ${kept}`];
}

function hidden({ from, to }: Noted<"gap">, { events }: JournaledCall): string[] {
  const there = events.filter(({ seq }) => seq >= from && seq <= to);
  return there.length === 0 ? [] : [`a gap from ${from} to ${to} hides ${there.length} events`];
}
