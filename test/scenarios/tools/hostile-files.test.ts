import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ToolView } from "../../../src/protocol/tool-view.ts";
import { promise } from "../../promise.ts";
import { temporaryFolder } from "../../support/core.ts";
import { startDaemon } from "../../support/daemon.ts";
import { shownTools } from "../../support/tool-tokens.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { memoryOf } from "../memory-of.ts";
import { openArena } from "../symlink-race/symlink-race.ts";
import { openSession } from "./gateways.ts";
import { hostileFiles, outsideWord, secretWord } from "./hostile-files.ts";
import { sampleOf } from "./samples.ts";

const raceRounds = 2;
/** Of a daemon whose every tool was given all of them. */
const mostGrownBytes = 300 * 1024 * 1024;
/** Fields of any tool that name a file or a directory: of the first each bad one is marked, the others refuse the call. */
const markedFields = ["relevant_files", "files_checked"];
const refusedFields = ["files", "images", "path", "cwd"];

/**
 * The requests of a tool that name these paths in every field that may, and cite a line of each in its words. Where a bad
 * one refuses the call each is named alone, so that none hides behind another.
 */
function requestsOf({ name, inputSchema }: ToolView, paths: readonly string[]): Record<string, unknown>[] {
  const properties = (inputSchema["properties"] ?? {}) as Record<string, { type?: string }>;
  const sample = sampleOf(name, "word");
  const fieldsIn = (fields: readonly string[]) => fields.filter((field) => Object.hasOwn(properties, field));
  const alone = fieldsIn(refusedFields).flatMap((field) =>
    paths.map((path) => ({ ...sample, [field]: properties[field]?.type === "array" ? [path] : path })),
  );
  const marked = fieldsIn(markedFields).map((field) => [field, paths]);
  const words = name === "challenge" ? "prompt" : "findings";
  const cited = Object.hasOwn(sample, words) ? [[words, paths.map((path) => `see ${path}:1`).join("\n")]] : [];
  const together = [...marked, ...cited];
  return together.length === 0 ? alone : [...alone, { ...sample, ...Object.fromEntries(together) }];
}

promise(
  "auth.paths",
  "each tool that is given a hostile path, in a field or in its words, ends by itself and tells nothing of what lies there",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    const { root, paths } = await hostileFiles(await realpath(folder.path));
    const glm = { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl };
    await using daemon = await startDaemon({ env: { ...glm, TOOL_PROFILE: "full", EXAI_ROOTS: root } });
    const tools = await shownTools(daemon);
    using session = await openSession(daemon);
    const before = memoryOf(daemon.pid);
    for (const tool of tools)
      for (const input of requestsOf(tool, paths)) {
        const told = await session.call(tool.name, input);
        const what = `${tool.name} ${JSON.stringify(input)}: ${told.slice(0, 2000)}`;
        for (const word of [outsideWord, secretWord, "PATH=", '"code":"internal"'])
          expect(told, what).not.toContain(word);
        expect(told, what).toMatch(/"phase":"(succeeded|failed)"|"error":/);
      }
    expect(memoryOf(daemon.pid) - before).toBeLessThan(mostGrownBytes);
    expect(JSON.stringify(vendor.seen.map(({ body }) => body))).not.toMatch(`${outsideWord}|${secretWord}`);
  },
);

promise("auth.paths", "no tool is led outside by a link that somebody puts into its path while it works", async () => {
  await using vendor = await VendorServer.open();
  await using arena = await openArena(7, outsideWord);
  const [root = ""] = arena.scope.roots;
  const glm = { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl };
  await using daemon = await startDaemon({ env: { ...glm, TOOL_PROFILE: "full", EXAI_ROOTS: root } });
  const tools = await shownTools(daemon);
  using session = await openSession(daemon);
  const before = arena.swaps();
  for (let round = 0; round < raceRounds; round++)
    for (const tool of tools)
      for (const input of requestsOf(tool, [join(root, "swap/file"), join(root, "leaf")]))
        expect(await session.call(tool.name, input)).not.toContain(outsideWord);
  expect(arena.swaps()).toBeGreaterThan(before);
  expect(JSON.stringify(vendor.seen.map(({ body }) => body))).not.toContain(outsideWord);
});
