import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Screen } from "../show/screen.ts";
import { keepHere } from "./kept-token.ts";

test("what a killed run has left beside the owner's token neither hinders the next one nor is removed by it", async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), "exai-kept-"));
  const left = `owner.token.${process.pid}`;
  await writeFile(join(home.path, left), "old");
  const screen = new Screen({ stdout: new PassThrough(), stderr: new PassThrough(), form: "human" });
  await keepHere({ env: { EXAI_HOME: home.path }, screen }, "exai_1_new");
  expect(await readFile(join(home.path, "owner.token"), "utf8")).toBe("exai_1_new\n");
  expect((await readdir(home.path)).sort()).toEqual(["owner.token", left]);
});
