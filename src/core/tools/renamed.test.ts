import { expect, test } from "vitest";
import { z } from "zod";
import { renamed } from "./renamed.ts";

const schema = z.strictObject({ files: z.array(z.string()).optional(), prompt: z.string() });
const input = renamed(schema, { absolute_file_paths: "files", step: "prompt", step_number: null });

test("a field is taken under another's name, and not where its own is given too", () => {
  expect(input.parse({ step: "why?", absolute_file_paths: ["/a"], step_number: 1 })).toEqual({
    prompt: "why?",
    files: ["/a"],
  });
  expect(input.parse({ prompt: "own", step: "other" })).toEqual({ prompt: "own" });
});

test("unknown names and other things than objects are refused as before", () => {
  for (const bad of [{ prompt: "a", fils: [] }, null, ["prompt"], "prompt"])
    expect(input.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
});

test("what the tool shows of its input are its own names", () => {
  expect(z.toJSONSchema(input, { io: "input" })).toMatchObject(z.toJSONSchema(schema, { io: "input" }));
});
