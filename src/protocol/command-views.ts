import { z } from "zod";
import { callId, principalId } from "./ids.ts";

const way = z.enum(["A", "B", "C"]);

/** A command that can be asked for by its id, or a program that the settings list. */
const commandView = z.object({
  id: z.string(),
  title: z.string(),
  /** `ready` for this caller, or why not. */
  state: z.enum(["ready", "missing", "refused"]),
  reason: z.string().optional(),
  /** What may stand behind it, one line for each way of calling it; absent where that is anything. */
  usage: z.array(z.string()).optional(),
  least: way,
  network: z.boolean(),
});
export type CommandView = z.infer<typeof commandView>;

const processView = z.object({
  call: callId,
  principal: principalId,
  command: z.string(),
  /** Only for who owns the call. */
  argv: z.array(z.string()).optional(),
  cwd: z.string().optional(),
  pid: z.int(),
  startedAt: z.number(),
  state: z.enum(["running", "paused", "ending"]),
  confinement: way,
  /** Over all its processes; absent where it cannot be told. */
  use: z.object({ cpuMs: z.number(), memoryBytes: z.number(), processes: z.int() }).optional(),
});
export type ProcessView = z.infer<typeof processView>;

export const commandsListed = z.object({ commands: z.array(commandView), confinement: way });
export const processesListed = z.object({ processes: z.array(processView) });
