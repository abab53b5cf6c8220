import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

// What is published: JavaScript without tests. Sources run as they are; only an installed package needs this.
const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(1);

// Beside the code lies what it reads: data, pages, statements.
const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true }).filter((entry) =>
  entry.isFile(),
);
for (const file of files.filter((entry) => !entry.name.endsWith(".ts"))) {
  const from = join(file.parentPath, file.name);
  cpSync(from, from.replace(join(root, "src"), dist));
}
