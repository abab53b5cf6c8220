import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A second layer.
  {
    file: "src/adapters/models/sdk/sdk-model.ts",
    find: "await opened(prepared.model.doStream(chat), scene)",
    replace:
      "await opened(Promise.resolve(prepared.model.doStream(chat)).catch(() => prepared.model.doStream(chat)), scene)",
  },
  // The vendor's wait is not honoured.
  { file: "src/core/models/backoff.ts", find: "afterMs + random * spreadMs", replace: "backoffMs" },
  // The deadline is not.
  { file: "src/core/models/backoff.ts", find: "|| waitMs + answerMs > leftMs", replace: "" },
  { file: "src/core/models/backoff.ts", find: "|| tries >= mostTries", replace: "" },
  { file: "src/core/models/asking.ts", find: "    meter.usage.retries++;\n", replace: "" },
  // A later try looks like more of the earlier one.
  {
    file: "src/core/models/one-request.ts",
    find: "asker.delta(kind, text, tries)",
    replace: "asker.delta(kind, text, 1)",
  },
];
