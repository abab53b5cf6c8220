import { expect, test } from "vitest";
import { promise } from "../../../test/promise.ts";
import { openWorkflows, put, step, take, told } from "../../../test/support/workflow-bench.ts";

const tool = "debug";
/** One transparent point. */
const picture =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

test("the expert speaks as the words come, and is asked as any step of the workflow said", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  bench.vendor.otherwise = () => ({ kind: "answer", text: "It is the cache, not the query.", chunks: 4 });
  const asked = { temperature: 0.3, images: [picture], model: "three" };
  const one = await take(bench, ada, { tool, ...step(1, 2), temperature: 0.3, model: "three" });
  const two = await take(bench, ada, { tool, ...one.next_call?.arguments, findings: "look", images: asked.images });
  expect(two.content.startsWith("It is the cache, not the query.")).toBe(true);
  const events = await bench.core.events(two.call);
  const spoken = events
    .filter(({ type }) => type === "output.delta")
    .map(({ data }) => (data as { text: string }).text);
  expect(spoken.join("")).toBe("It is the cache, not the query.");
  expect(events.filter(({ type }) => type === "step.recorded")).toHaveLength(1);
  const [body] = bench.vendor.seen.map((request) => request.body);
  expect(body).toMatchObject({ model: "three", temperature: 0.3 });
  expect(JSON.stringify(body)).toContain(picture);
  const thread = await bench.core.store.turns({
    thread: two.continuation_id as never,
    principal: ada.principal,
    from: { after: 0 },
    maxBytes: 1e6,
  });
  expect(JSON.stringify(thread)).not.toContain(picture);
});

test("a window too small for all is filled from the newest file, and what is left out is named to both", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  await put(bench, "old.ts", "const OLD = 1;\n".repeat(200));
  await put(bench, "new.ts", "const NEW = 1;\n".repeat(60));
  const model = "narrow";
  const one = await take(bench, ada, { tool, ...step(1, 2), model, relevant_files: ["old.ts"] });
  const two = await take(bench, ada, {
    tool,
    ...one.next_call?.arguments,
    findings: "it is in new.ts:3",
    relevant_files: ["new.ts"],
  });
  const [, prompt = ""] = told(bench);
  expect(prompt.split("const NEW")).toHaveLength(62);
  expect(prompt.split("const OLD").length).toBeLessThan(200);
  expect(prompt).toMatch(/\[Not shown here for lack of room: .*old\.ts \(lines \d+ to 200\)\]/);
  expect(two.file_context).toMatchObject({ omitted: { files: [{ why: "no-room", to: 200 }] } });
});

test("secrets in a file are replaced, a file that is one is not shown, and the rest is judged all the same", async () => {
  await using bench = await openWorkflows();
  const ada = bench.someone("ada");
  const key = `AKIA${"ABCDEFGHIJKLMNOP"}`;
  await put(bench, "config.ts", `export const region = "eu";\nexport const key = "${key}";\n`);
  await put(bench, ".env", "TOKEN=a-very-secret-token\n");
  const relevant = { relevant_files: ["config.ts", ".env"], findings: "config.ts:2 holds a key" };
  const answer = await take(bench, ada, { tool, ...step(1, 1), ...relevant });
  const whole = told(bench).join("\n");
  expect(whole).toContain('export const region = "eu";');
  for (const secret of [key, "a-very-secret-token"]) {
    expect(whole).not.toContain(secret);
    expect(JSON.stringify(answer)).not.toContain(secret);
  }
  expect(answer.file_context?.not_shown).toMatchObject([{ path: ".env" }]);
});

test("a large file that is named again and again by its lines is read as often as files have room, and no more", async () => {
  await using bench = await openWorkflows();
  await put(bench, "large.txt", `${"x".repeat(99)}\n`.repeat(35_000));
  const relevant_files = Array.from({ length: 10 }, (_, index) => `large.txt:${index + 1}`);
  const answer = await take(bench, bench.someone("ada"), { tool, ...step(1, 1), relevant_files });
  expect(answer.file_context?.shown).toHaveLength(4);
  expect(answer.file_context?.not_shown).toHaveLength(6);
});

promise(
  "auth.paths",
  "a directory that is called relevant is shown to the expert file by file, each once; what of it is not shown is named to both",
  async () => {
    await using bench = await openWorkflows();
    const ada = bench.someone("ada");
    await put(bench, "src/tea.ts", "const TEA = 1;\n");
    await put(bench, "src/deep/pot.ts", "const POT = 1;\n");
    await put(bench, "src/.env", "TOKEN=a-very-secret-token\n");
    const one = await take(bench, ada, { tool, ...step(1, 2), relevant_files: ["src/tea.ts", "src"] });
    const files = (one.evidence?.files ?? []) as { path: string; sha256?: string }[];
    expect(files.map(({ path }) => path).toSorted()).toEqual(["src/deep/pot.ts", "src/tea.ts"]);
    expect(files.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    const two = await take(bench, ada, {
      tool,
      ...one.next_call?.arguments,
      findings: "it is the tea",
      files_checked: ["src/tea.ts"],
    });
    const [, prompt = ""] = told(bench);
    for (const word of ["const TEA", "const POT"]) expect(prompt.split(word)).toHaveLength(2);
    expect(prompt).not.toContain("a-very-secret-token");
    expect(prompt).toMatch(/\[Not shown here: .*\/src\/\.env \(.*\)\]/);
    const { not_shown: notShown } = two.file_context ?? {};
    expect(notShown).toMatchObject([{ path: expect.stringMatching(/\/src\/\.env$/) }]);
  },
);
