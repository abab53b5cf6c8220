import { describe, expect, test } from "vitest";
import { violations } from "./checker.ts";
import type { History, Job, Note } from "./history.ts";
import { outputOf, sha256, streamOf, textOf } from "./work.ts";

const stream = streamOf(1, 500);
const plain = { delayMs: 0, act: "none", actAfterMs: 0, readers: 1, isFollowedFromStart: true } as const;
const echo: Job = { ...plain, key: "a", tool: "echo", bytes: 40, onDisconnect: "keep" };
const exec: Job = { ...plain, key: "b", tool: "exec", bytes: 300, onDisconnect: "keep", readers: 2 };

const echoTypes = ["call.accepted", "call.started", "call.succeeded"];
const execTypes = ["call.accepted", "call.started", "process.started", "process.exited", "call.succeeded"];

function eventsOf(key: string, types: readonly string[], reader = 0): Note[] {
  return types.map((type, index) => ({ what: "event", key, reader, from: index + 1, seq: index + 1, type }));
}

function outputNotes(pieces: readonly [from: number, to: number][]): Note[] {
  const whole = outputOf(exec, stream);
  return pieces.map(([from, to]) => ({
    what: "output",
    key: "b",
    offset: from,
    length: to - from,
    sha256: sha256(whole.subarray(from, to)),
  }));
}

/** A run in which all went well. */
function sound(): History {
  const journaled = (types: readonly string[]) => types.map((type, index) => ({ seq: index + 1, type }));
  return {
    jobs: [echo, exec],
    stream,
    notes: [
      { what: "acknowledged", key: "a", call: "c1" },
      ...eventsOf("a", echoTypes),
      { what: "ended", key: "a", phase: "succeeded", seq: 3, sha256: sha256(textOf(echo)) },
      { what: "acknowledged", key: "b", call: "c2" },
      ...eventsOf("b", execTypes),
      ...eventsOf("b", execTypes, 1),
      ...outputNotes([
        [0, 100],
        [100, 302],
      ]),
      { what: "fin", key: "b", length: 302 },
      { what: "ended", key: "b", phase: "succeeded", seq: 5, sha256: sha256("Exited") },
    ],
    journal: [
      { call: "c1", key: "a", phase: "succeeded", seq: 3, events: journaled(echoTypes) },
      { call: "c2", key: "b", phase: "succeeded", seq: 5, events: journaled(execTypes) },
    ],
    ran: ["b"],
    downs: { kills: 1, stops: 0 },
    aftermath: { permits: { work: { held: 0, waiting: 0 } }, phases: { running: 0 }, strays: [], exit: 0 },
  };
}

/** The sound run with other notes about one thing. */
function noting(change: (note: Note) => Note | Note[]): History {
  const run = sound();
  return { ...run, notes: run.notes.flatMap(change) };
}

function ending(change: Partial<Extract<Note, { what: "ended" }>>, key = "a"): History {
  return noting((note) => (note.what === "ended" && note.key === key ? { ...note, ...change } : note));
}

function journaling(change: (types: string[]) => string[]): History {
  const run = sound();
  const [first, second] = run.journal;
  const types = change((first?.events ?? []).map(({ type }) => type));
  const events = types.map((type, index) => ({ seq: index + 1, type }));
  return { ...run, journal: first && second ? [{ ...first, seq: events.length, events }, second] : [] };
}

test("a run that kept every promise breaks nothing", () => {
  expect(violations(sound())).toEqual([]);
});

test("a run in which nothing was to be seen is no proof", () => {
  const run = sound();
  const nothing: History = { ...run, jobs: [], notes: [], journal: [], ran: [], aftermath: { ...run.aftermath } };
  expect(violations(nothing)).toEqual(
    ["jobs", "journaled", "acknowledged", "events", "endings"].map((name) => `nothing to look at: no ${name}`),
  );
  const blind = { ...run, notes: run.notes.filter(({ what }) => what !== "output"), stream: new Uint8Array() };
  expect(violations(blind)).toContain("nothing to look at: no pieces");
  expect(violations(blind)).toContain("nothing to look at: no stream");
  expect(violations({ ...run, aftermath: { ...run.aftermath, permits: {} } })).toEqual([
    "nothing to look at: no permits",
  ]);
});

describe("a planted violation is found:", () => {
  const isLast = (note: Note) => note.what === "event" && note.key === "a" && note.seq === 3;
  const planted: [what: string, history: History, told: string][] = [
    [
      "an acknowledged call that is not in the journal",
      { ...sound(), journal: sound().journal.slice(1) },
      "no call in the journal",
    ],
    [
      "a key that was accepted twice",
      {
        ...sound(),
        journal: [
          ...sound().journal,
          ...sound()
            .journal.slice(0, 1)
            .map((call) => ({ ...call })),
        ],
      },
      "2 calls in the journal",
    ],
    [
      "a key that was acknowledged as two calls",
      noting((note) => (note.what === "acknowledged" ? [note, { ...note, call: "c9" }] : note)),
      "acknowledged as c9",
    ],
    ["a call that nobody asked for", { ...sound(), jobs: [exec] }, "c1 has the key a, which nobody gave"],
    ["no terminal event", journaling((types) => types.slice(0, -1)), "0 terminal events"],
    ["two terminal events", journaling((types) => [...types, "call.failed"]), "2 terminal events"],
    [
      "an event after the terminal one",
      journaling((types) => [...types, "call.progress"]),
      "the journal ends with call.progress",
    ],
    [
      "a number that is not there",
      {
        ...sound(),
        journal: sound().journal.map((call) => ({
          ...call,
          events: call.events.map((event) => ({ ...event, seq: event.seq + (event.seq > 1 ? 1 : 0) })),
        })),
      },
      "journaled 3 astray",
    ],
    ["an event that came twice", noting((note) => (isLast(note) ? [note, note] : note)), "reader 0 got 3 after 3"],
    ["an event that never came", noting((note) => (isLast(note) ? [] : note)), "reader 0 stands at 2"],
    [
      "a hole in what a second reader saw",
      noting((note) => (note.what === "event" && note.reader === 1 && note.seq === 2 ? [] : note)),
      "reader 1 got 3 after 1",
    ],
    [
      "an event that came as another one",
      noting((note) => (isLast(note) ? { ...note, type: "call.failed" } : note) as Note),
      "event 3 came as call.failed",
    ],
    [
      "a gap that hides what is there",
      noting((note) =>
        isLast(note) ? { what: "gap", key: "a", reader: 0, from: 3, to: 3, reason: "retention" } : note,
      ),
      "hides 1 events",
    ],
    ["a client that never saw the end", noting((note) => (note.what === "ended" ? [] : note)), "never saw its end"],
    ["another ending than the journal's", ending({ phase: "cancelled" }), "told as cancelled, journaled as succeeded"],
    ["an ending without a cause", ending({ phase: "failed", fault: "call.shutdown" }), "without a cause"],
    ["an echo poisoned by one kill", ending({ phase: "failed", fault: "call.poisoned" }), "without a cause"],
    ["another text", ending({ sha256: sha256("else") }), "the text that came back is another one"],
    [
      "a start that was refused",
      noting((note) => (note.what === "ended" ? { what: "refused", key: note.key, code: "auth.invalid" } : note)),
      "refused with auth.invalid",
    ],
    [
      "bytes that are missing",
      noting((note) => (note.what === "output" && note.offset === 0 ? [] : note)),
      "output at 100 came after 0",
    ],
    [
      "bytes that came twice",
      noting((note) => (note.what === "output" && note.offset === 0 ? [note, note] : note)),
      "output at 0 came after 100",
    ],
    [
      "bytes that are changed",
      noting((note) => (note.what === "output" ? { ...note, sha256: sha256("else") } : note)),
      "output at 100 is changed",
    ],
    [
      "bytes that policy threw away",
      noting((note) => (note.what === "fin" ? [{ what: "hole", key: "b", offset: 302, to: 310 }, note] : note)),
      "8 bytes thrown away",
    ],
    ["an output without an end", noting((note) => (note.what === "fin" ? [] : note)), "its output ended 0 times"],
    [
      "an end before its bytes",
      noting((note) => (note.what === "fin" ? { ...note, length: 400 } : note)),
      "the output ended at 400, read to 302",
    ],
    ["a command that ran twice", { ...sound(), ran: ["b", "b"] }, "ran 2 times"],
    ["a command that never ran", { ...sound(), ran: ["a"] }, "succeeded and never ran"],
    [
      "permits that are held",
      { ...sound(), aftermath: { ...sound().aftermath, permits: { work: { held: 1, waiting: 0 } } } },
      "work permits at the end: 1 held",
    ],
    [
      "callers that wait",
      { ...sound(), aftermath: { ...sound().aftermath, permits: { work: { held: 0, waiting: 2 } } } },
      "2 waiting",
    ],
    [
      "calls that are open",
      { ...sound(), aftermath: { ...sound().aftermath, phases: { paused: 1 } } },
      "1 calls are still paused",
    ],
    ["processes", { ...sound(), aftermath: { ...sound().aftermath, strays: [77] } }, "process 77"],
    ["a daemon that did not end well", { ...sound(), aftermath: { ...sound().aftermath, exit: 1 } }, "ended with 1"],
  ];
  test.each(planted)("%s", (_what, history, told) => {
    expect(violations(history).join("\n")).toContain(told);
  });
});
