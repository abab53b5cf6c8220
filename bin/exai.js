#!/usr/bin/env node
// Plain JavaScript that any Node parses: it must be able to say that this one is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const oldest = 24;
const sources = new URL("../src/cli/main.ts", import.meta.url);
const isClone = existsSync(sources);
const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= oldest) {
  keepCompiled();
  await import(isClone ? sources.href : new URL("../dist/cli/main.js", import.meta.url).href);
} else if (isClone && existsSync(own)) {
  runWith(own);
} else {
  process.stderr.write(`Cannot start exai: this is Node ${process.versions.node}, expected ${oldest} or later\n`);
  process.exitCode = 2;
}

/**
 * Keeps what is compiled, of our threads and processes too, among the user's own files: whoever can write there says
 * what we run, and Node's own choice is a folder that anybody on the machine may make first.
 */
function keepCompiled() {
  const home = process.env["HOME"] || process.env["USERPROFILE"];
  const caches = process.env["XDG_CACHE_HOME"] || (home && join(home, ".cache"));
  if (!caches && !process.env["NODE_COMPILE_CACHE"]) return;
  process.env["NODE_COMPILE_CACHE"] ||= join(caches, "exai");
  nodeModule.enableCompileCache?.();
}

/** Goes on under the Node that a clone brings with it. */
function runWith(node) {
  const argv = [node, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  // It must not outlive us, however we end; where setpriv is missing, only signals that can be caught reach it.
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => process.platform === "linux" && existsSync(path));
  const [program, ...rest] = setpriv === undefined ? argv : [setpriv, "--pdeathsig", "KILL", ...argv];
  const child = spawn(program, rest, { stdio: "inherit" });
  // A terminal tells its whole group; a second signal would mean "at once".
  const fromTerminal = process.stdin.isTTY ? ["SIGINT", "SIGHUP"] : [];
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => fromTerminal.includes(signal) || child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
