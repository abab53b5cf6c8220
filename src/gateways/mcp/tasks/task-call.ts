import { MissingRequiredClientCapabilityError } from "@modelcontextprotocol/server";
import { z } from "zod";
import { callId } from "../../../protocol/ids.ts";
import type { CallView } from "../../../protocol/result.ts";
import type { Asked } from "../asked.ts";
import { invalidParams } from "../protocol-faults.ts";
import { tasksExtension } from "../server-options.ts";

const named = z.looseObject({ taskId: callId });

/** Whether a client of 2026-07-28 says that it takes tasks for answers. */
export function knowsTasks(asked: Asked): boolean {
  return asked.capabilities.extensions?.[tasksExtension] !== undefined;
}

/** The call of the task that is named; one of another principal is as unknown as none. */
export async function taskCall(asked: Asked): Promise<CallView> {
  if (asked.era === "modern" && !knowsTasks(asked)) {
    const requiredCapabilities = { extensions: { [tasksExtension]: {} } };
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities }, "Tasks need the tasks extension");
  }
  const parsed = named.safeParse(asked.params);
  if (!parsed.success) throw invalidParams("Cannot find the task: there is none of this id, expected one of yours");
  const view = await asked.house.operations["call.get"](asked, { call: parsed.data.taskId });
  const { session } = asked.caller;
  // Whoever asks for it has its handle, however it came to it.
  if (session !== undefined) asked.house.calls.release(view.call, session);
  return view;
}
