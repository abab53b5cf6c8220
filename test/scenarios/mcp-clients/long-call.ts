import { setTimeout as wait } from "node:timers/promises";
import { type Answer, nextIn, type Official, OfficialClient, textOf } from "./official.ts";
import { Stage } from "./stage.ts";

export interface LongCall {
  clients: readonly Official[];
  /** How long the call takes, and how long a client waits for an answer of any kind. */
  callMs: number;
  limitMs: number;
  /** How long the daemon lets a request wait. */
  waitMs: number;
  /** Each client once it has its answer, with the requests that it took. */
  onAnswer?: (answered: Answered) => void;
}

export interface Answered {
  official: Official;
  text: string;
  /** What it was meant to say. */
  wished: string;
  requests: number;
  /** Requests that no answer came to, because the daemon was down or their limit passed: asked again. */
  unanswered: number;
  ms: number;
}

/**
 * Clients whose limit is far below what their call takes, each with one of its own, all at once; the daemon is killed
 * once all have their handles, and started again. What each was answered, and the calls that there were.
 */
export async function longCalls(plan: LongCall): Promise<{ answered: Answered[]; calls: string[] }> {
  const waits = { name: "official", waitSecs: plan.waitMs / 1000 };
  await using stage = await Stage.open({
    EXAI_MCP_CLIENTS: JSON.stringify([waits]),
    EXAI_WS_SESSION_MAX_INFLIGHT: "16",
  });
  const before = (await stage.calls("echo")).length;
  const handles = plan.clients.map(() => Promise.withResolvers<void>());
  const running = plan.clients.map((official, nth) => run(stage, official, { plan, hasHandle: handles[nth]?.resolve }));
  await Promise.race([Promise.all(handles.map(({ promise }) => promise)), Promise.all(running)]);
  await stage.daemon.kill("SIGKILL");
  await stage.daemon.restart();
  const answered = await Promise.all(running);
  const calls = (await stage.calls("echo")).map(({ phase }) => phase);
  return { answered, calls: calls.slice(0, calls.length - before) };
}

async function run(
  stage: Stage,
  official: Official,
  { plan, hasHandle }: { plan: LongCall; hasHandle: (() => void) | undefined },
): Promise<Answered> {
  const beganMs = performance.now();
  const wished = `${official.kind} over ${official.way}`;
  const told = { official, wished, requests: 0, unanswered: 0, text: "", ms: 0 };
  await using client = await OfficialClient.connect(official, stage.reach);
  const asking = async (name: string, args: Record<string, unknown>): Promise<Answer> => {
    told.requests += 1;
    return await client.call(name, args, { timeout: plan.limitMs });
  };
  let answer = await asking("echo", { text: wished, delayMs: plan.callMs });
  for (let next = nextIn(answer); next !== undefined; next = nextIn(answer)) {
    hasHandle?.();
    const { tool, arguments: args } = next;
    // As whoever has a handle may: what got no answer in time is asked again.
    const again = await asking(tool, args).catch(() => undefined);
    if (again === undefined) {
      told.unanswered += 1;
      await wait(500);
    } else answer = again;
  }
  told.text = textOf(answer);
  told.ms = Math.round(performance.now() - beganMs);
  plan.onAnswer?.(told);
  return told;
}
