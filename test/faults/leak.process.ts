import type { FaultPatch } from "../red.ts";

const supervised = "src/adapters/processes/supervised";

export const patches: FaultPatch[] = [
  // A command does not wait until it is recorded.
  { file: `${supervised}/gated-process.ts`, find: "&& IFS= read -r _ <&3 ", replace: "" },
  // A record that belongs to no boot is nobody's.
  { file: `${supervised}/ledger.ts`, find: "boot: bootId(), ...about", replace: 'boot: "", ...about' },
  // One whose pipes nobody takes goes on.
  { file: `${supervised}/supervisor.ts`, find: "await gated.abandon();", replace: "gated.go();" },
  // The process that spawns does not see the daemon's end.
  { file: `${supervised}/link/serve.ts`, find: "  await alone;\n", replace: "  await new Promise(() => {});\n" },
  // What a lost supervisor leaves is nobody's.
  {
    file: `${supervised}/linked-process-host.ts`,
    find: "const reaped = this.reap();",
    replace: "const reaped = Promise.resolve(0);",
  },
  // The kernel does not end a command with its supervisor.
  { file: `${supervised}/ways/process-group.ts`, find: '"--pdeathsig", "KILL", ', replace: "" },
  // Of a command whose supervisor was lost no exit is told.
  { file: "src/tools/exec/attend.ts", find: ".catch(unknownIfLost)", replace: "" },
  // What outlives a command goes on.
  {
    file: `${supervised}/supervised-process.ts`,
    find: "const orphansKilled = await this.#sweep();",
    replace: "const orphansKilled = 0;",
  },
  // The next start ends nothing that lost its parents.
  { file: `${supervised}/reap.ts`, find: '    for (const one of marked) signalOne(one, "SIGKILL");\n', replace: "" },
  // A server's program that nobody uses lives on.
  {
    file: "src/core/upstreams/upstream-session.ts",
    find: "clock.timer(this.#parts.server.idleMs, () => this.#end());",
    replace: "clock.timer(this.#parts.server.idleMs, () => {});",
  },
  // A shim outlives its parent where somebody else holds its pipes.
  { file: "src/cli/mcp/watch-parent.ts", find: "if (process.ppid === parent) return;", replace: "return;" },
  // What stands ready for the next command waits on when nobody can tell it any more.
  {
    file: "src/adapters/processes/supervised/ways/entrance.ts",
    find: "IFS= read -r line <&3 && . ",
    replace: "while ! IFS= read -r line <&3; do sleep 1; done; . ",
  },
];
