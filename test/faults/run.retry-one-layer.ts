import type { FaultPatch } from "../red.ts";

export const patches: FaultPatch[] = [
  // A second layer.
  {
    file: "src/adapters/models/openai-compatible/openai-compatible-model.ts",
    find: "await chat.doStream(chatRequest(request, link.signal));",
    replace:
      "await chat.doStream(chatRequest(request, link.signal)).catch(() => chat.doStream(chatRequest(request, link.signal)));",
  },
  // The vendor's wait is not honoured.
  { file: "src/core/models/backoff.ts", find: "afterMs + random * spreadMs", replace: "backoffMs" },
  // The deadline is not.
  { file: "src/core/models/backoff.ts", find: "|| waitMs + answerMs > leftMs", replace: "" },
  { file: "src/core/models/backoff.ts", find: "|| tries >= mostTries", replace: "" },
  { file: "src/core/models/asking.ts", find: "    asker.usage.retries++;\n", replace: "" },
];
