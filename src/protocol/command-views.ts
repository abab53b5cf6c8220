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
  /** The weakest confinement in which it is run. */
  least: way,
  /** Whether it reaches the network. */
  network: z.boolean(),
});
/** A command as a caller has it. */
export type CommandView = z.infer<typeof commandView>;

/** A command that runs. */
const processView = z.object({
  call: callId,
  principal: principalId,
  command: z.string(),
  /** Only for who owns the call. */
  argv: z.array(z.string()).optional(),
  cwd: z.string().optional(),
  pid: z.int(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  state: z.enum(["running", "paused", "ending"]),
  confinement: way,
  /** Over all its processes; absent where it cannot be told. */
  use: z.object({ cpuMs: z.number(), memoryBytes: z.number(), processes: z.int() }).optional(),
});
/** A command that runs, as `process.list` shows it. */
export type ProcessView = z.infer<typeof processView>;

/** Those of the settings first; `confinement` is the way in which the daemon runs commands. */
export const commandsListed = z.object({ commands: z.array(commandView), confinement: way });
/** The caller's own, or everybody's for an owner's or operator's token with `observe`. */
export const processesListed = z.object({ processes: z.array(processView) });
