import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "test/support/leaks.ts",
    find: `if (type === "Timeout") this`,
    replace: `if (type === "") this`,
  },
  {
    file: "test/support/leaks.ts",
    find: "for (const file of openFiles()) add(`open file ${file}`, 1);",
    replace: "",
  },
  {
    file: "test/support/leaks.ts",
    find: "for (const child of childProcesses()) add(`child process ${child}`, 1);",
    replace: "",
  },
  {
    file: "test/support/fail-on-leaks.ts",
    find: "await watch.leftSince(beforeFile, settleMs)",
    replace: "[]",
  },
  { file: "src/base/abort.ts", find: "    this.#link[Symbol.dispose]();\n", replace: "" },
  { file: "src/base/clock.ts", find: "using _timer = clock.timer", replace: "clock.timer" },
  { file: "src/core/admission/pressure.ts", find: "    this.#timer[Symbol.dispose]();\n", replace: "" },
  { file: "src/adapters/output/spool/spool-log.ts", find: "    await this.#segments.at(-1)?.close();\n", replace: "" },
  { file: "src/adapters/output/spool/spool-log.ts", find: "    await last?.close();\n", replace: "" },
  // A listener who goes away is never forgotten.
  { file: "src/gateways/mcp/listening.ts", find: "    this.#watching.dispose();\n", replace: "" },
  // A conversation of MCP goes on when its connection is gone.
  {
    file: "src/gateways/websocket/connection-context.ts",
    find: "    this.#follows?.[Symbol.dispose]();\n    this.#channels?.[Symbol.dispose]();\n",
    replace: "    this.#follows?.[Symbol.dispose]();\n",
  },
  // What is cancelled while it begins goes on to tell.
  {
    file: "src/gateways/mcp/listening.ts",
    find: '    const honored = await this.#honor(acknowledged.promise);\n    if (this.#watching.disposed) return "nothing";\n',
    replace: "    const honored = await this.#honor(acknowledged.promise);\n",
  },
  // What a session subscribed to as it ended is told of for ever.
  {
    file: "src/gateways/mcp/resources/resource-watches.ts",
    find: "    if (this.#isOver) watch[Symbol.dispose]();\n    else this",
    replace: "    this",
  },
  // Whoever went away is still one who reads the output.
  {
    file: "src/gateways/http/output.ts",
    find: "this.#cursor[Symbol.dispose]();",
    replace: "",
  },
];
