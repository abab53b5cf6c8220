import { profiles } from "../src/core/tools/profiles.ts";
import { DaemonProcess } from "../test/support/daemon.ts";
import { shownTools, tokensOf } from "../test/support/tool-tokens.ts";

// npm run tool-cost [-- --schemas]: what each tool of each profile costs a client's models, in o200k tokens.
for (const profile of profiles) {
  await using daemon = await DaemonProcess.start({ env: { TOOL_PROFILE: profile } });
  const tools = await shownTools(daemon);
  const costs = tools.map((tool) => ({ tool, tokens: tokensOf(tool) })).toSorted((a, b) => b.tokens - a.tokens);
  const all = costs.reduce((sum, { tokens }) => sum + tokens, 0);
  console.log(`\n${profile}: ${tools.length} tools, ${all} tokens`);
  for (const { tool, tokens } of costs) {
    console.log(`  ${String(tokens).padStart(5)}  ${tool.name}`);
    if (process.argv.includes("--schemas") && profile === "full") console.log(JSON.stringify(tool.inputSchema));
  }
}
