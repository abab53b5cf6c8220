import { readdirSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { waysHere } from "../../programs/ways.ts";
import { promise } from "../../promise.ts";
import { type Ending, endings, type Left, outOfReach, row } from "./matrix.ts";
import { type Shape, Sleeper } from "./shapes.ts";
import { StandIn } from "./stand-in.ts";
import { killWhileStarting, shots } from "./window.ts";

const { present, absent } = process.platform === "linux" ? await waysHere() : { present: [], absent: new Map() };
const required = (process.env["EXAI_TEST_REQUIRE"] ?? "").split(",").filter(Boolean);

/** Shapes of which somebody lives. */
function survivors(left: Left, when: "atOnce" | "afterNextStart"): string[] {
  return Object.entries(left).flatMap(([shape, counts]) => (counts[when] > 0 ? [shape] : []));
}

test("every way that is asked for is there", () => {
  expect(required.filter((way) => !present.some((each) => each === way))).toEqual([]);
});

for (const [way, reason] of absent) test.skip(`way ${way} is not here: ${reason}`, () => {});

describe.each(present)("in way %s", (way) => {
  for (const ending of endings)
    promise("leak.process", `after "${ending}" nothing is left of commands of any shape`, async () => {
      const left = await row(way, ending);
      const excused = outOfReach(way, ending);
      for (const when of ["atOnce", "afterNextStart"] as const)
        expect(survivors(left, when).filter((shape) => !excused[when].some((each) => each === shape))).toEqual([]);
    });

  promise("leak.process", "a kill at any moment of a start leaves nothing", async () => {
    for (const shot of shots(7, 6)) expect(await killWhileStarting(way, shot)).toMatchObject({ left: 0 });
  });
});

describe.each(present)("of what the daemon has open, in way %s", (way) => {
  test("no descriptor but its own three reaches a command, and none that the daemon was itself given", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "exai-descriptors-"));
    stack.defer(() => rm(folder, { recursive: true, maxRetries: 10 }));
    const secret = stack.use(await open(join(folder, "secret"), "w"));
    const { daemon } = await StandIn.start(folder, way, [secret.fd]);
    stack.use(daemon);
    const sleeper = new Sleeper("direct");
    await daemon.started(daemon.ask(sleeper));
    await expect.poll(() => sleeper.hasBegun()).toBe(true);
    for (const pid of sleeper.sleepers()) expect(readdirSync(`/proc/${pid}/fd`)).toEqual(["0", "1", "2"]);
  });
});

describe.skipIf(process.platform !== "linux")("beside them a plain spawn, whose group is killed", () => {
  const lost: Partial<Record<Ending, readonly Shape[]>> = {
    cancel: ["group", "setsid", "double", "clean"],
    exit: ["leave"],
    "kill daemon": ["direct", "child", "group", "setsid", "double", "clean"],
  };
  for (const ending of endings.filter((each) => each in lost))
    test(`loses them after "${ending}"`, async () => {
      expect(survivors(await row("plain", ending), "atOnce")).toEqual(
        expect.arrayContaining([...(lost[ending] ?? [])]),
      );
    });
});
