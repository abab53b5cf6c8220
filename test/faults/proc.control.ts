import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  {
    file: "src/adapters/processes/supervised/process-tree.ts",
    find: "for (const member of members) if (member.group !== group || this.#groupOver) signalOne(member, signal);",
    replace:
      'for (const member of members) if (signal !== "SIGSTOP" && (member.group !== group || this.#groupOver)) signalOne(member, signal);',
  },
  {
    file: "src/adapters/processes/supervised/standard-input.ts",
    find: "pendingBytes + bytes.length > maxPendingBytes",
    replace: "pendingBytes < 0",
  },
  { file: "src/adapters/processes/supervised/turns.ts", find: "this.#last.then(work, work)", replace: "work()" },
  // Input that its command does not read stops the reading of what would end it.
  {
    file: "src/gateways/websocket/intake.ts",
    find: '    if (waits === "for-reader") return this.#input(callOf(request), bytes);\n',
    replace: "",
  },
  { file: "src/core/calls/standard-input.ts", find: "part.resize === undefined", replace: "part.resize === null" },
  {
    file: "src/adapters/processes/supervised/ways/cgroup-tree.ts",
    find: 'if (signal === "SIGSTOP") this.#cgroup.freeze();',
    replace: 'if (signal === "SIGSTOP") return;',
  },
  // Line ends of a program's terminal are turned into more once again.
  { file: "src/cli/lend-terminal.ts", find: '["-opost"]', replace: '["opost"]' },
  {
    file: "src/adapters/processes/supervised/terminal.ts",
    find: "${stty} rows ${rows} cols ${cols} echo; ",
    replace: "",
  },
  // Input that comes before its command runs has nobody to take it.
  {
    file: "src/core/calls/standard-input.ts",
    find: "    await this.#begun.promise;\n",
    replace: "",
  },
  {
    file: "src/core/calls/standard-input.ts",
    find: "this.#pendingBytes + bytes > maxPendingBytes",
    replace: "this.#pendingBytes < 0",
  },
  // What waits for a program goes on waiting when its call is over.
  { file: "src/core/calls/run.ts", find: "      this.input?.[Symbol.dispose]();\n", replace: "", expect: "timeout" },
  // What is typed early stands amid the prompt.
  {
    file: "src/tools/exec/exec-tool.ts",
    find: "      await given;\n      await child.input",
    replace: "      await child.input",
  },
  // What is given is not taken once whoever gave it has left.
  {
    file: "src/core/calls/calls.ts",
    find: "    await orLeft(give(), signal);",
    replace: "    signal.throwIfAborted();\n    await orLeft(give(), signal);",
  },
  // A program reads an end behind a part that was refused.
  {
    file: "src/gateways/websocket/service.ts",
    find: "      if (!(error instanceof Cancelled)) throw error;\n",
    replace: "",
  },
  {
    file: "src/core/calls/calls.ts",
    find: "  if (signal.aborted) await Promise.race([doing, new Promise(setImmediate)]);\n",
    replace: "",
  },
];
