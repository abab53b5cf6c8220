import { chaos, type Plan, seeded } from "../../support/chaos-proxy.ts";

/** What is done to the processes of a run, one after another. */
export interface Harm {
  what:
    | "kill daemon"
    | "stop daemon"
    | "end daemon"
    | "end and kill daemon"
    | "kill client"
    | "stop client"
    | "cut all";
  /** Rest before it. */
  afterMs: number;
  /** How long a stopped process stands still, or an ending one has before it is killed. */
  forMs: number;
}

const kinds: readonly Harm["what"][] = [
  "kill daemon",
  "kill daemon",
  "end daemon",
  "end and kill daemon",
  "stop daemon",
  "kill client",
  "stop client",
  "cut all",
];

/** A run's harms, by its seed. Without a client process there is none to harm. */
export function harmsOf(seed: number, count: number): Harm[] {
  const random = seeded(seed ^ 0x4a51);
  return Array.from({ length: count }, () => ({
    what: kinds[Math.floor(random() * kinds.length)] ?? "cut all",
    afterMs: 100 + Math.floor(random() * 900),
    forMs: 50 + Math.floor(random() * 1500),
  }));
}

/** The answer to the upgrade is behind these bytes, and the answers to session.open and to the first starts follow. */
const answersFrom = 150;
const answersTo = 1400;

/**
 * What happens to each connection of a run. Many cuts fall where a request was accepted and its answer is on
 * its way; after `harmed` connections the network is good, so that a run has an end.
 */
export function plansOf(seed: number, harmed: number): (connection: number) => Plan {
  const random = seeded(seed ^ 0x91a7);
  return (connection) => {
    if (connection >= harmed) return {};
    const chance = random();
    const place = random();
    const plan = chaos(random, 400_000);
    if (chance >= 0.35) return plan;
    const afterBytes = answersFrom + Math.floor(place * (answersTo - answersFrom));
    return chance < 0.28
      ? { cut: { direction: "down", afterBytes } }
      : { blackHole: { direction: "down", afterBytes } };
  };
}
