import fc from "fast-check";
import { expect, test } from "vitest";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { Liveness, type Patient, type Pulse, type Verdict } from "./liveness.ts";

const heartbeatMs = 15_000;

/** A peer whose pulse a test moves. */
class Peer implements Patient {
  now: Pulse = { received: 0, taken: 0, unsent: 0, reads: true };
  readonly verdicts: Verdict[] = [];
  visits = 0;

  pulse(): Pulse {
    this.visits += 1;
    return this.now;
  }

  act(verdict: Verdict): void {
    this.verdicts.push(verdict);
  }
}

/** A clock whose event loop can stand still: what is due then fires late. */
class StallingClock extends ManualClock {
  #stalledMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.#stalledMs;
  }

  stall(ms: number): void {
    this.#stalledMs += ms;
  }
}

function watched(count: number) {
  const clock = new StallingClock();
  const liveness = new Liveness({ clock, heartbeatMs });
  const peers = Array.from({ length: count }, () => new Peer());
  const watches = peers.map((peer) => liveness.watch(peer));
  return { clock, peers, watches };
}

function first(peers: readonly Peer[]): Peer {
  return peers[0] ?? expect.unreachable();
}

test("a silent peer is pinged after one heartbeat and lost after two, within a tenth", async () => {
  const { clock, peers } = watched(1);
  const peer = first(peers);
  await clock.advance(14_900);
  expect(peer.verdicts).toEqual([]);
  await clock.advance(1600);
  expect(peer.verdicts).toEqual(["ping"]);
  await clock.advance(16_500);
  expect(peer.verdicts).toContain("lost");
});

test("a byte now and then keeps a peer for ever, also one that takes what waits a byte at a time", async () => {
  const { clock, peers } = watched(1);
  const peer = first(peers);
  for (let second = 0; second < 200; second += 10) {
    peer.now = { received: second, taken: second, unsent: 1_000_000, reads: true };
    await clock.advance(10_000);
  }
  expect(peer.verdicts).toEqual([]);
});

test("a peer that takes nothing of what waits is stalled, even while it sends", async () => {
  const { clock, peers } = watched(1);
  const peer = first(peers);
  for (let second = 0; second < 33; second++) {
    peer.now = { received: second, taken: 5, unsent: 100, reads: true };
    await clock.advance(1000);
  }
  expect(peer.verdicts).toContain("stalled");
});

test("who is not read on purpose is not called silent", async () => {
  const { clock, peers } = watched(1);
  const peer = first(peers);
  peer.now = { received: 0, taken: 0, unsent: 0, reads: false };
  await clock.advance(60_000);
  expect(peer.verdicts).toEqual([]);
});

test("after an event loop that was late nobody is dead before there was time to read", async () => {
  const { clock, peers } = watched(1);
  const peer = first(peers);
  await clock.advance(29_000);
  peer.verdicts.length = 0;
  // The loop stands still for 3 s: the timer that was due fires late.
  clock.stall(3000);
  await clock.advance(500);
  expect(peer.verdicts).toEqual([]);
  peer.now = { ...peer.now, received: 1 };
  await clock.advance(5000);
  expect(peer.verdicts).toEqual([]);
});

test("everybody is visited once a second, never more than a twentieth at once, whatever their number", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (count) => {
      const { clock, peers } = watched(count);
      let before = 0;
      for (let step = 0; step < 20; step++) {
        await clock.advance(50);
        const visits = peers.reduce((sum, peer) => sum + peer.visits, 0);
        expect(visits - before).toBeLessThanOrEqual(Math.ceil(count / 20));
        before = visits;
      }
      await clock.advance(50);
      expect(peers.every((peer) => peer.visits >= 1 && peer.visits <= 2)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test("nobody to watch, no timer", async () => {
  const { clock, watches } = watched(3);
  expect(clock.waiting).toBe(1);
  for (const watch of watches) watch[Symbol.dispose]();
  expect(clock.waiting).toBe(0);
});
