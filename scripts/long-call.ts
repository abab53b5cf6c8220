import { parseArgs } from "node:util";
import { longCalls } from "../test/scenarios/mcp-clients/long-call.ts";
import { officials } from "../test/scenarios/mcp-clients/official.ts";

/**
 * Official clients of MCP whose limit is far below what their call takes, the daemon killed meanwhile:
 * `npm run long-call -- --seconds 60 --limit 10 --wait 5`. Ends with 1 where a client did not get its answer.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    limit: { type: "string", default: "10" },
    wait: { type: "string", default: "5" },
  },
});
const [callMs, limitMs, waitMs] = [values.seconds, values.limit, values.wait].map((text) => Number(text) * 1000);
const { answered, calls } = await longCalls({
  clients: officials,
  callMs: callMs ?? 0,
  limitMs: limitMs ?? 0,
  waitMs: waitMs ?? 0,
  onAnswer: ({ wished, text, requests, unanswered, ms }) =>
    console.log(
      `${wished}: ${text === wished ? "answered" : `"${text}"`} after ${ms} ms, ${requests} requests, ${unanswered} of them unanswered`,
    ),
});
console.log(`${calls.length} calls: ${[...new Set(calls)].join(", ")}`);
const isWhole = answered.every(({ text, wished }) => text === wished);
process.exitCode = isWhole && calls.length === officials.length ? 0 : 1;
