import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ownEnvironment } from "./support/daemon.ts";

test("`npm run try` holds what it shows, and ends with 0", async () => {
  const root = join(import.meta.dirname, "..");
  const script = join(root, "scripts/try.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: root, env: ownEnvironment() });
  expect(stdout).toContain("nothing runs any more");
  expect(stdout).toContain("All of it held");
});
