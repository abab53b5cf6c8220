import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // Who was served stays in front.
  { file: "src/base/fair-queue.ts", find: "    this.#toTheEnd(this.#rows, outer);\n", replace: "" },
  {
    file: "src/base/fair-queue.ts",
    find: "    if (inner !== undefined) this.#toTheEnd(outer.rows, inner);\n",
    replace: "",
  },
  // Leaves always go before new calls.
  {
    file: "src/core/admission/waiting-room.ts",
    find: "      this.#turns = [...this.#turns.filter((other) => other !== line), line];\n",
    replace: "",
  },
  // Each brace of an answer may begin a vote.
  { file: "src/tools/consensus/ballot.ts", find: "at >= first && braces < mostBraces", replace: "at >= first" },
  {
    file: "src/tools/consensus/ballot.ts",
    find: "at >= first && braces < mostBraces",
    replace: "at >= 0 && braces < mostBraces",
  },
  // A large file is looked through in one go.
  { file: "src/base/slices.ts", find: "await new Promise(setImmediate);", replace: "await undefined;" },
  // What many files say is put together in one go.
  {
    file: "src/core/evidence/outlines.ts",
    find: "await inTurns(outlined(read), signal)",
    replace: "[...outlined(read)]",
  },
  {
    file: "src/core/evidence/outlines.ts",
    find: "(await inTurns(placesIn(read), signal))",
    replace: "[...placesIn(read)]",
  },
  // All searches of a user are under way at once.
  {
    file: "src/core/threads/threads.ts",
    find: "    using _turn = await this.#searches.enter(request.principal, signal);\n",
    replace: "",
  },
  // The store's thread has the long looks of all users at once.
  {
    file: "src/core/store/long-verbs.ts",
    find: "inTurn(() => store.searchThreads(request))",
    replace: "store.searchThreads(request)",
  },
  // Names are held against rules in one go, and for ever.
  { file: "src/core/workspace/looks.ts", find: "    await new Promise(setImmediate);\n", replace: "" },
  { file: "src/core/workspace/looks.ts", find: "this.#left -= most - looks.left;", replace: "" },
  {
    file: "src/core/workspace/glob.ts",
    find: "  looks.left -= taken;\n",
    replace: "",
  },
  // For each credential all lines of its hunk are looked at.
  {
    file: "src/core/evidence/changes/hunk-secrets.ts",
    find: "...(rows[first]?.told ??",
    replace: "...(rowsOf(hunk)[first]?.told ??",
  },
  // Only lines count, whatever their characters take.
  { file: "src/core/workspace/pattern/line-pattern.ts", find: "    this.cost += this.#atoms.length;\n", replace: "" },
  // A line is looked at in one go, however long that takes.
  {
    file: "src/core/workspace/pattern/line-pattern.ts",
    find: "      if (this.cost < restAt) continue;\n      yield;\n",
    replace: "",
  },
  // Readers of code take turns by files, however long each takes.
  {
    file: "src/adapters/code/reading/rests.ts",
    find: "if (ms > shortMs) this.#untilMs.set(name, now + ms);",
    replace: "",
  },
  // A large conversation is deleted in one go.
  {
    file: "src/core/store/verbs/delete-thread.ts",
    find: "const callsAStep = 200;",
    replace: "const callsAStep = 2000;",
  },
  {
    file: "src/core/store/verbs/delete-thread.ts",
    find: "const bytesAStep = 4 * 1024 * 1024;",
    replace: "const bytesAStep = 4 * 1024 ** 3;",
  },
  // Ends and beginnings of words are looked for anew at each of their characters.
  {
    file: "src/tools/workflows/tracer/symbols.ts",
    find: 'withoutEnd(word, ".:")',
    replace: 'word.replace(/[.:]+$/, "")',
  },
  { file: "src/daemon/telemetry/scrub.ts", find: "(?<![\\w-])eyJ", replace: "\\beyJ" },
  // What is large goes to the store's thread ahead of everybody's small verbs.
  { file: "src/core/store/group-commit.ts", find: "this.#underWayChars < maxBatchChars", replace: "maxBatchChars > 0" },
];
