import type { FaultPatch } from "../red.ts";

const verbs = "src/core/store/verbs/threads.ts";

export const patches: FaultPatch[] = [
  // A call that goes on after a crash adds its turns again.
  { file: verbs, find: '    if (same !== undefined) return "same";\n', replace: "" },
  // A deletion leaves the turns.
  { file: verbs, find: '  yield* rows("DELETE FROM turns WHERE thread = $1", id);\n', replace: "" },
  // Names are not looked at.
  {
    file: verbs,
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
    file: verbs,
    find: "const isAll = isEnd && looked === page.length;",
    replace: "const isAll = looked === page.length;",
  },
];
