import type { FaultPatch } from "../red.ts";

const verbs = "src/core/store/verbs/threads.ts";
const search = "src/core/store/verbs/search-threads.ts";

export const patches: FaultPatch[] = [
  // A call that goes on after a crash adds its turns again.
  { file: verbs, find: '    if (same !== undefined) return "same";\n', replace: "" },
  // A deletion leaves the turns.
  {
    file: "src/core/store/verbs/delete-thread.ts",
    find: '  yield* rows("DELETE FROM turns WHERE thread = $1 AND seq >= $2", id, turns.at(-1)?.seq ?? 0);\n',
    replace: "",
  },
  // Names are not looked at.
  {
    file: search,
    find: "(LOWER(name) LIKE $7 ESCAPE '!'\n       OR EXISTS",
    replace: "($7 = $7 AND EXISTS",
  },
  // A conversation begins anew each time.
  {
    file: "src/core/threads/composing.ts",
    find: "      ...window.turns.map(({ role, text }) => ({ role, text })),\n",
    replace: "",
  },
  // A search ends with the conversations that were used last.
  {
    file: search,
    find: "const isAll = looked === next.length;",
    replace: "const isAll = looked === page.length;",
  },
  // What is behind the first part of a large conversation is not found.
  { file: search, find: "if (goesOn) return", replace: "if (goesOn && turn < 0) return" },
  // Of a large conversation only the first step goes, or the rest of it stays after a crash.
  {
    file: "src/core/threads/threads.ts",
    find: "for (let { isWhole } = first; !isWhole; )",
    replace: "for (let isWhole = true; !isWhole; )",
  },
  {
    file: "src/core/store/verbs/retention.ts",
    find: "const cut = yield* goOnDeleting();",
    replace: "const cut = request.now < 0 ? yield* goOnDeleting() : undefined;",
  },
];
