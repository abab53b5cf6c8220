import { mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { promise } from "../../promise.ts";
import { temporaryFolder } from "../../support/core.ts";
import { startDaemon } from "../../support/daemon.ts";
import { shownTools } from "../../support/tool-tokens.ts";
import { VendorServer } from "../../support/vendor-server.ts";
import { ask, type Door } from "../http-door.ts";
import { openSession } from "./gateways.ts";
import { personOf } from "./people.ts";
import { sampleOf } from "./samples.ts";

const scopes = ["tools", "exec", "agent"];

interface Person {
  door: Door;
  word: string;
}

/** Somebody with a root of their own, in which a file holds their word. */
async function person(daemon: Door, root: string, name: string): Promise<Person> {
  const word = `${name}sOwnSecretWord`;
  const own = join(root, name);
  await mkdir(own);
  await writeFile(join(own, "notes.ts"), `export const ${word} = () => "${word}";\n`);
  return { door: await personOf(daemon, name, { scopes, roots: [own] }), word };
}

/** All that somebody is told by the tools that there are, each run twice. */
async function useEveryTool({ door, word }: Person, tools: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  using session = await openSession(door);
  for (const round of [1, 2])
    for (const tool of tools) {
      told.push(await session.call(tool, sampleOf(tool, `${word}${round}`)));
    }
  return told;
}

async function page(door: Door, path: string): Promise<string> {
  return await (await ask(door, path)).text();
}

promise(
  "leak.cross-tenant",
  "every tool, run by two principals at once, tells neither a word of the other's, and no model hears both",
  async () => {
    await using vendor = await VendorServer.open();
    await using folder = await temporaryFolder();
    const root = await realpath(folder.path);
    const glm = { GLM_API_KEY: "a-key-of-a-vendor", GLM_API_URL: vendor.baseUrl, EXAI_WS_GLM_MAX_INFLIGHT: "16" };
    await using daemon = await startDaemon({ env: { ...glm, TOOL_PROFILE: "full", EXAI_ROOTS: root } });
    const tools = (await shownTools(daemon)).map(({ name }) => name);
    const [ada, bob] = [await person(daemon, root, "ada"), await person(daemon, root, "bob")];
    const [adas, bobs] = await Promise.all([useEveryTool(ada, tools), useEveryTool(bob, tools)]);
    for (const told of adas) expect(told).not.toContain(bob.word);
    for (const told of bobs) expect(told).not.toContain(ada.word);
    for (const [index, tool] of tools.entries())
      if (["chat", "echo", "challenge", "planner", "debug", "docgen"].includes(tool))
        expect(adas[index], tool).toContain(ada.word);
    for (const { body } of vendor.seen) {
      const text = JSON.stringify(body);
      expect([ada, bob].filter(({ word }) => text.includes(word))).toHaveLength(1);
    }
    for (const path of ["/api/v1/calls", "/api/v1/threads", "/api/v1/status", "/api/v1/spend"]) {
      expect(await page(ada.door, path), path).not.toContain(bob.word);
      expect(await page(bob.door, path), path).not.toContain(ada.word);
    }
  },
);
