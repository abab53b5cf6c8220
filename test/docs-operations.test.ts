import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { settingsByName } from "../src/daemon/config/declared/declared.ts";
import { main } from "../src/daemon/main.ts";
import { keepLogs } from "../src/daemon/telemetry/log-file.ts";
import { Metrics } from "../src/daemon/telemetry/metrics.ts";
import { FAULTS, Fault } from "../src/protocol/fault.ts";
import type { CallId } from "../src/protocol/ids.ts";
import { type CallView, noUsage } from "../src/protocol/result.ts";
import { HttpRig } from "./support/http-rig.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/operations.md"), "utf8");

/** The rows of the table whose head begins so, cell by cell, without the marks of code. */
function table(head: string): string[][] {
  const lines = page.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  const rows = lines.slice(start + 2);
  const cells = rows.slice(0, rows.indexOf("")).map((row) => row.split("|").slice(1, -1));
  return cells.map((row) => row.map((cell) => cell.replaceAll("`", "").trim()));
}

const permits = { held: 0, quarantined: 0, waiting: 0, limit: 0 };
const call: CallView = {
  call: "c" as CallId,
  tool: "t",
  phase: "failed",
  seq: 2,
  acceptedAt: 0,
  endedAt: 1,
  usage: { ...noUsage, requests: 1 },
};

/** Every metric with the labels of its samples, after everything was counted once. */
async function exposed(): Promise<[name: string, labels: string][]> {
  using metrics = new Metrics();
  metrics.callEnded({ ...call, fault: new Fault("internal", "Cannot").view() });
  metrics.deduplicated("key");
  metrics.swallowed("progress");
  const text = await metrics.text({
    permits: { work: permits },
    phases: { running: 1 },
    sessions: { known: 0, connected: 0 },
    connections: { http: 0, websocket: 0 },
    followed: 1,
    storedBytes: 0,
  });
  const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = ""]) => name);
  return names.map((name) => {
    const [, labels = ""] = new RegExp(`^${name}(?:_bucket)?(?:\\{(.*)\\})? `, "m").exec(text) ?? [];
    const own = [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label).filter((label) => label !== "le");
    return [name, own.join(", ")];
  });
}

test("every metric stands in the table with its labels, and no other", async () => {
  const documented = table("metric").map(([name = "", labels = ""]) => [name, labels]);
  expect(documented.length).toBeGreaterThan(15);
  expect(documented.toSorted()).toEqual((await exposed()).toSorted());
});

test("a start that fails ends with the exit code of the table", async () => {
  expect(table("exit code").map(([code]) => code)).toEqual(["0", "1", "2"]);
  await using rig = await HttpRig.open();
  const home = mkdtempSync(join(tmpdir(), "exai-exit-"));
  try {
    const endOf = (port: string) =>
      main({
        env: { EXAI_HOME: home, HOME: home, EXAI_WS_PORT: port },
        version: "0.0.0",
        command: "exai",
        stdout: new PassThrough().resume(),
        stderr: new PassThrough().resume(),
      });
    expect(await endOf("eighty")).toBe(2);
    expect(await endOf(String(rig.port))).toBe(1);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("the probes answer what the table says", async () => {
  await using rig = await HttpRig.open();
  const rows = table("path");
  expect(rows.map(([path]) => path)).toEqual(["/healthz", "/readyz"]);
  for (const [path = "", word = ""] of rows) {
    const { status, text } = await rig.ask(path, { token: undefined });
    expect(word).toContain(`${status} ${text.trim()}`);
  }
  rig.readiness.failing = ["store"];
  const { status, text } = await rig.ask("/readyz", { token: undefined });
  expect(rows[1]?.[1]).toContain(`${status} ${text.trim()}`);
});

test("every fault code and setting that the page names exists, with the status beside it", () => {
  const codes = [...page.matchAll(/(\d{3}) `([a-z]+\.[a-z-]+)`/g)];
  expect(codes.length).toBeGreaterThan(3);
  for (const [, status, code = ""] of codes)
    expect([code, (FAULTS as Record<string, { http: number }>)[code]?.http]).toEqual([code, Number(status)]);
  const settings = new Set<string>(settingsByName.keys());
  const names = [...page.matchAll(/\b(EXAI_[A-Z_]+|LOG_LEVEL)\b/g)].map(([name]) => name);
  expect(names.filter((name) => !settings.has(name))).toEqual([]);
});

test("how much of the log is kept is what the page says", () => {
  expect(keepLogs).toEqual({ files: 7, maxBytes: 16 * 1024 * 1024 });
  expect(page).toMatch(/seven files of at\s+most 16 MiB/);
  expect(page).toContain(`exai.log.${keepLogs.files - 1}`);
});
