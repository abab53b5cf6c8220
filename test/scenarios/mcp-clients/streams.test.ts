import { afterAll, beforeAll, describe, expect } from "vitest";
import { promise } from "../../promise.ts";
import { nextIn, OfficialClient, officials, textOf } from "./official.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ EXAI_MCP_WAIT_SECS: "3" });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** Once a call runs, whoever is told of it. */
async function underWay(): Promise<void> {
  await expect.poll(async () => (await stage.calls("echo"))[0]?.phase).toBe("running");
}

const isWithoutStreams = ({ kind, way }: (typeof officials)[number]) => kind === "2.4 of 2026-07-28" && way === "HTTP";

describe.each(officials)("the official client $kind over $way", (official) => {
  const wish = { text: `${official.kind} over ${official.way}`, delayMs: 6000 };

  promise(
    "lost.reconnect",
    // In 2026-07-28 the end of a stream is a cancel, and its calls have handles.
    isWithoutStreams(official)
      ? "whose connection is cut after it has the handle of a call gets all of its answer, and it ran once"
      : "whose connection is cut while it waits for a call gets all of its answer, and it ran once",
    async () => {
      const before = (await stage.calls("echo")).length;
      await using client = await OfficialClient.connect(official, stage.reach);
      if (isWithoutStreams(official)) {
        const next = nextIn(await client.call("echo", wish)) ?? expect.unreachable("no handle");
        await stage.cut();
        expect(textOf(await client.callToEnd(next.tool, next.arguments))).toBe(wish.text);
      } else {
        // Over HTTP a client has something to come back to once it has a position; a shim has its call.
        const positioned = Promise.withResolvers<void>();
        const onresumptiontoken = () => positioned.resolve();
        const asked = client.callToEnd("echo", wish, { onresumptiontoken });
        await (official.way === "HTTP" ? positioned.promise : underWay());
        await stage.cut();
        expect(textOf(await asked)).toBe(wish.text);
      }
      expect(await stage.calls("echo")).toHaveLength(before + 1);
    },
  );
});
