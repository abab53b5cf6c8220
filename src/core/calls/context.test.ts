import { once } from "node:events";
import { describe } from "vitest";
import { Core, someone, temporaryFolder, workOf } from "../../../test/support/core.ts";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import type { Budget } from "../../protocol/methods.ts";
import { type CallContextPlace, callContextContract } from "./call-context.contract.ts";
import type { CallContext } from "./work.ts";

const ada = someone("ada");

describe("RunContext", () => callContextContract(starts));

/** Starts of one daemon over one folder. The next one leaves the last as a killed process leaves it: its store is gone. */
async function starts(budget: Budget): Promise<CallContextPlace> {
  const folder = await temporaryFolder();
  const clock = new ManualClock();
  let core: Core | undefined;
  return {
    attempt: async () => {
      const begun = Promise.withResolvers<CallContext>();
      const work = workOf("work", (context) => runFor(context, begun.resolve), { resumable: true });
      const isFirst = core === undefined;
      await core?.store[Symbol.asyncDispose]();
      core = await Core.open({ clock, folder: folder.path, works: [work] });
      if (isFirst) await core.start(ada, { tool: "work", budget });
      return await begun.promise;
    },
    cancel: async () => {
      const [call] = core === undefined ? [] : await core.calls.list(ada, { limit: 1 });
      if (call !== undefined) await core?.calls.control(ada, call.call, "cancel");
    },
    [Symbol.asyncDispose]: async () => {
      await core?.[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Hands on the context and runs for as long as the call may. */
async function runFor(context: CallContext, handOn: (context: CallContext) => void): Promise<never> {
  const { signal } = context;
  handOn(context);
  await once(signal, "abort");
  throw signal.reason;
}
