import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";

// Preloaded: every module of each thread, one a line, in the folder that EXAI_TEST_LOADED names.
const folder = process.env["EXAI_TEST_LOADED"] ?? ".";
const file = join(folder, isMainThread ? "main" : "worker");

registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
