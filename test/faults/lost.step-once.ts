import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // What was recorded is not looked at.
  {
    file: "src/core/calls/context.ts",
    find: "    if (before?.recorded !== undefined) return replayed<T>(before.recorded);\n",
    replace: "",
  },
  // An expert who has answered is asked again.
  {
    file: "src/core/workflows/ask-expert.ts",
    find: 'await context.step(\n    "expert",\n    async (signal) => await within(time, (asker, ending) => ask(parts, { ...judged, asker }, ending), signal),\n  );',
    replace: "await within(time, (asker, ending) => ask(parts, { ...judged, asker }, ending), context.signal);",
  },
  // What a call started before a crash is started once more.
  { file: "src/core/calls/below.ts", find: "      key: `child:${id}:${step}`,\n", replace: "" },
  // A program begins before it is on record that it does.
  {
    file: "src/tools/exec/exec-tool.ts",
    find: "  await context.flushed();\n  signal.throwIfAborted();\n",
    replace: "",
  },
  // A server behind the daemon is asked again for what it may have done.
  {
    file: "src/tools/upstream/upstream-tool.ts",
    find: 'if (isReadOnly) return await context.step("answer", answer);',
    replace: 'return await context.step("answer", answer);',
  },
];
