import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  { file: "src/daemon/sweeper.ts", find: 'this.#parts.watch.swallowed("sweep", error);', replace: "" },
  { file: "src/daemon/telemetry/telemetry.ts", find: "    this.#metrics.swallowed(place);\n", replace: "" },
  {
    file: "src/daemon/telemetry/telemetry.ts",
    find: '    this.#log.warn({ place, call, error: factsOf(error) }, "a failure that changed no outcome");\n',
    replace: "",
  },
  {
    file: "src/daemon/telemetry/otlp-tracer.ts",
    find: "if (result.code !== 0) onLost(",
    replace: "if (result.code < 0) onLost(",
  },
  { file: "src/daemon/telemetry/log-file.ts", find: "      this.#onLost(error);\n", replace: "" },
  // What nobody takes ends everybody's calls.
  {
    file: "src/daemon/main.ts",
    find: "  using _unheard = unheard((error) => daemon.bug(error));\n",
    replace: "",
  },
  // What nobody takes is kept quiet.
  { file: "src/daemon/main.ts", find: "unheard((error) => daemon.bug(error))", replace: "unheard(() => {})" },
  // And that of a standalone server.
  { file: "src/daemon/standalone.ts", find: "unheard((error) => running.bug(error))", replace: "unheard(() => {})" },
];
