import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe } from "vitest";
import { readable } from "../../../../test/programs/ways.ts";
import { SystemClock } from "../../../base/clock.ts";
import { processHostContract } from "../../../core/processes/process-host.contract.ts";
import { openLinkedProcessHost } from "./linked-process-host.ts";

const clock = new SystemClock();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exai-processes-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== "linux").each(["A", "B", "C"] as const)("LinkedProcessHost in way %s", (way) => {
  processHostContract(() => openLinkedProcessHost({ folder, clock, among: [way], readable }));
});
