import { spawn } from "node:child_process";
import { once } from "node:events";

// Everything that must hold before a change is handed in; the first that fails ends it.
const checks = ["lint", "types", "test", "knip", "measure"];
for (const check of checks) {
  console.log(`\n── npm run ${check}`);
  const [code] = await once(spawn("npm", ["run", "--silent", check], { stdio: "inherit" }), "close");
  if (code !== 0) {
    console.error(`\nnot ok: npm run ${check}`);
    process.exitCode = 1;
    break;
  }
}
if (process.exitCode !== 1) console.log(`\nok: ${checks.join(", ")}`);
