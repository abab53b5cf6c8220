import { afterAll, beforeAll, expect, test } from "vitest";
import { callView } from "../../../src/protocol/result.ts";
import { type DaemonProcess, startDaemon } from "../../support/daemon.ts";
import { metricOf, statusOf } from "../http-door.ts";
import { type Posted, postExecute } from "./curl.ts";

let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await startDaemon();
});

afterAll(() => daemon[Symbol.asyncDispose]());

const echo = (text: string) => postExecute(daemon, { tool: "echo", arguments: { text } }, daemon.token);

function succeeded({ status, body }: Posted) {
  expect(status).toBe(200);
  const view = callView.parse(body);
  expect(view.phase).toBe("succeeded");
  return view;
}

test("basic functionality: a single call works, and without a token it does not", async () => {
  expect(succeeded(await echo("test")).result?.content).toBe("test");
  const refused = await postExecute(daemon, { tool: "echo", arguments: { text: "test" } });
  expect(refused).toMatchObject({ status: 401, body: { fault: { code: "auth.required" } } });
});

test("duplicate detection: the same request twice at once runs once, and both get the answer", async () => {
  const [first, second] = (await Promise.all([echo("duplicate_test"), echo("duplicate_test")])).map(succeeded);
  expect([first?.result?.content, second?.result?.content]).toEqual(["duplicate_test", "duplicate_test"]);
  expect(first?.call).not.toBe(second?.call);
  const shared = [first?.sharedWith, second?.sharedWith].filter((call) => call !== undefined);
  expect(shared).toHaveLength(1);
  expect([first?.call, second?.call]).toContain(shared[0]);
  expect(await metricOf(daemon, 'exai_calls_deduplicated_total{how="shared"}')).toBe(1);
});

test("load: ten concurrent requests each get their own answer, and every permit is back", async () => {
  const texts = Array.from({ length: 10 }, (_, index) => `load_test_${index + 1}`);
  const answers = (await Promise.all(texts.map(echo))).map(succeeded);
  expect(answers.map(({ result }) => result?.content)).toEqual(texts);
  expect(new Set(answers.map(({ call }) => call)).size).toBe(10);
  const { permits, phases } = await statusOf(daemon);
  expect(permits["work"]).toMatchObject({ held: 0, waiting: 0 });
  expect(Object.values(phases).filter((count) => count > 0)).toEqual([]);
});
