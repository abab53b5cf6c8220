import fc from "fast-check";
import { expect } from "vitest";
import { promise } from "../../../test/promise.ts";
import { type AskShape, type Holding, limits, World } from "../../../test/support/admission-world.ts";
import { Cancelled } from "../../base/abort.ts";

const principal = fc.constantFrom("ada", "bob", "cyd");
const provider = fc.constantFrom("glm:main", "kimi:main", "other:main");
const ask: fc.Arbitrary<AskShape> = fc.record(
  {
    principal,
    lane: fc.constantFrom("work", "work", "command"),
    session: fc.constantFrom("s1", "s2"),
    thread: fc.constantFrom("t1", "t2"),
    provider,
    ahead: fc.constantFrom(false, false, false, true),
  },
  { requiredKeys: ["principal", "lane", "session", "ahead"] },
);
const pick = fc.nat(30);

type Step = (world: World) => void | Promise<void>;
type States = Holding["state"][];

const anyState: States = ["runs", "quarantined", "parked", "lent"];

function onHolding(which: number, states: States, act: (world: World, holding: Holding) => void): Step {
  return (world) => {
    const carried = new Set(world.waiting.map(({ parked }) => parked));
    const fitting = world.holdings.filter((holding) => states.includes(holding.state) && !carried.has(holding));
    const holding = fitting[which % fitting.length];
    if (holding !== undefined) act(world, holding);
  };
}

function drop(which: number): Step {
  return onHolding(which, anyState, (world, holding) => world.drop(holding));
}

function dropTwice(which: number): Step {
  return onHolding(which, anyState, (world, holding) => {
    world.drop(holding);
    holding.permit[Symbol.dispose]();
  });
}

function giveUp(which: number): Step {
  return (world) => world.waiting[which % world.waiting.length]?.abort.abort(new Cancelled("caller"));
}

function pause(which: number): Step {
  return onHolding(which, ["runs"], (world, holding) => world.park(holding));
}

function resume(which: number): Step {
  return onHolding(which, ["parked"], (world, holding) => world.ask({ ...holding.ask, ahead: true }, holding));
}

function quarantine(which: number): Step {
  return onHolding(which, ["runs"], (_, holding) => {
    holding.permit.quarantine();
    holding.state = "quarantined";
  });
}

/** What is freed and who gives up meet in one turn of the loop, in either order. */
function race([held, waits, freedFirst]: [number, number, boolean]): Step {
  return (world) => {
    world.isRace = true;
    const both = [drop(held), giveUp(waits)];
    for (const act of freedFirst ? both : both.toReversed()) void act(world);
  };
}

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>, stepOf: (value: T) => Step) {
  return { weight, arbitrary: arbitrary.map(stepOf) };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(8, ask, (shape) => (world) => world.ask(shape)),
  weighted(2, fc.tuple(principal, provider), (leaf) => (world) => world.leaf(...leaf)),
  weighted(3, pick, drop),
  weighted(2, pick, dropTwice),
  weighted(2, pick, giveUp),
  weighted(2, pick, pause),
  weighted(2, pick, resume),
  weighted(1, pick, quarantine),
  weighted(1, fc.tuple(pick, provider), ([which, account]) =>
    onHolding(which, ["runs"], (world, holding) => world.lend(holding, account)),
  ),
  weighted(1, fc.constantFrom(15_000, 30_000, 60_000), (ms) => (world) => world.clock.advance(ms)),
  weighted(3, fc.tuple(pick, pick, fc.boolean()), race),
);

async function run(steps: Step[]): Promise<World> {
  const world = new World();
  for (const next of steps) {
    await next(world);
    await world.settle();
  }
  return world;
}

promise(
  ["leak.permit", "leak.permit-once", "leak.deadlock", "share.limits"],
  "on any schedule limits hold exactly, whoever could run does, and all counts return to zero",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 160, size: "max" }), async (steps) => {
        const world = await run(steps);
        for (const { abort } of world.waiting) abort.abort(new Cancelled("shutdown"));
        while (world.holdings.length > 0) {
          world.isRace = true;
          for (const holding of world.holdings) world.drop(holding);
          await world.settle();
        }
        await world.settle();
        expect(world.waiting).toEqual([]);
        expect(world.clock.waiting).toBe(0);
        const nothing = { held: 0, quarantined: 0, waiting: 0 };
        expect(world.arbiter.counts()).toEqual({
          work: { ...nothing, limit: limits.global },
          command: { ...nothing, limit: limits.commands },
        });
      }),
      { numRuns: 400, includeErrorInReport: true },
    );
  },
);
