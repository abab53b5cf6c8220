import type { ElicitResult } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { promise } from "../../promise.ts";
import { program } from "../upstreams/servers.ts";
import { OfficialClient, officials, textOf } from "./official.ts";
import { Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({
    EXAI_MCP_SERVERS: JSON.stringify({ notebook: program("mcp-notebook") }),
    EXAI_EXEC_MIN_CONFINEMENT: "C",
  });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** A user who is shown forms and fills each when the test says so. */
class User {
  readonly asked: string[] = [];
  readonly #filled = Promise.withResolvers<ElicitResult>();
  #shown = Promise.withResolvers<void>();

  readonly answer = async (message: string): Promise<ElicitResult> => {
    this.asked.push(message);
    this.#shown.resolve();
    return await this.#filled.promise;
  };

  get shown(): Promise<void> {
    return this.#shown.promise;
  }

  fill(color: string): void {
    this.#filled.resolve({ action: "accept", content: { color } });
  }
}

describe.each(officials)("the official client $kind over $way", (official) => {
  const color = `${official.kind} over ${official.way}`;
  const liked = `likes ${JSON.stringify({ color })}`;

  test("shows its user what a call asks, and gets what became of the answer", async () => {
    const user = new User();
    user.fill(color);
    await using client = await OfficialClient.connect(official, stage.reach, user.answer);
    expect(textOf(await client.callToEnd("notebook.ask", {}))).toBe(liked);
    expect(user.asked).toEqual(["notebook asks: Which color?"]);
  });

  promise(
    "lost.reconnect",
    "whose connection is cut while the question is open gets what becomes of the answer that is given afterwards",
    async () => {
      const user = new User();
      const before = (await stage.calls("notebook.ask")).length;
      await using client = await OfficialClient.connect(official, stage.reach, user.answer);
      const asked = client.callToEnd("notebook.ask", {});
      await user.shown;
      await stage.cut();
      user.fill(color);
      expect(textOf(await asked)).toBe(liked);
      expect(await stage.calls("notebook.ask")).toHaveLength(before + 1);
    },
  );
});
