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

const patientMs = 300_000;
const raceRounds = 2;
/** Of one tool that is given all of them one after the other. */
const mostGrownBytes = 300 * 1024 * 1024;
/** Fields of any tool that name a file or a directory. */
const pathFields = ["files", "images", "relevant_files", "files_checked", "path", "cwd"];

/** The requests of a tool that name a path in every field that may. */
function requestsOf({ name, inputSchema }: ToolView, path: string): Record<string, unknown>[] {
  const properties = (inputSchema["properties"] ?? {}) as Record<string, { type?: string }>;
  const fields = pathFields.filter((field) => Object.hasOwn(properties, field));
  const sample = sampleOf(name, "word");
  return fields.map((field) => ({ ...sample, [field]: properties[field]?.type === "array" ? [path] : path }));
}

/** The requests of a tool that cite a line of a path in their words. */
function citing({ name }: ToolView, path: string): Record<string, unknown>[] {
  const sample = sampleOf(name, "word");
  const field = ["findings", "prompt", "goal"].find((each) => Object.hasOwn(sample, each));
  return field === undefined ? [] : [{ ...sample, [field]: `see ${path}:1` }];
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
    for (const [kind, path] of Object.entries(paths)) {
      const before = memoryOf(daemon.pid);
      for (const tool of tools)
        for (const input of [...requestsOf(tool, path), ...citing(tool, path)]) {
          const told = await session.call(tool.name, input);
          const what = `${kind}, ${tool.name} ${JSON.stringify(input)}: ${told.slice(0, 2000)}`;
          for (const word of [outsideWord, secretWord, "PATH=", '"code":"internal"'])
            expect(told, what).not.toContain(word);
          expect(told, what).toMatch(/"phase":"(succeeded|failed)"|"error":/);
        }
      expect(memoryOf(daemon.pid) - before, kind).toBeLessThan(mostGrownBytes);
      expect(await session.call("echo", { text: `still here after ${kind}` })).toContain("still here");
    }
    expect(JSON.stringify(vendor.seen.map(({ body }) => body))).not.toMatch(`${outsideWord}|${secretWord}`);
  },
  patientMs,
);

promise(
  "auth.paths",
  "no tool is led outside by a link that somebody puts into its path while it works",
  async () => {
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
        for (const path of [join(root, "swap/file"), join(root, "leaf")])
          for (const input of [...requestsOf(tool, path), ...citing(tool, path)])
            expect(await session.call(tool.name, input)).not.toContain(outsideWord);
    expect(arena.swaps()).toBeGreaterThan(before);
    expect(JSON.stringify(vendor.seen.map(({ body }) => body))).not.toContain(outsideWord);
  },
  patientMs,
);
