import { Fault } from "../../protocol/fault.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Feedable } from "./work.ts";

/** What takes a call's standard input now, if anything does. */
export interface Fed {
  call: CallId;
  parts: Iterable<Feedable>;
}

/** Bytes for the program's standard input; `process.gone` where none takes them. */
export async function feed({ call, parts }: Fed, bytes: Uint8Array, after: "end" | "more"): Promise<void> {
  const [part] = parts;
  if (part === undefined) throw new Fault("process.gone", `Cannot write to ${call}: nothing there takes input`);
  if (bytes.length > 0) await part.input(bytes);
  if (after === "end") part.endInput();
}

/** The size of the program's terminal; `process.no-terminal` where it has none, `process.gone` where it has ended. */
export async function resize({ call, parts }: Fed, size: { rows: number; cols: number }): Promise<void> {
  const [part] = parts;
  if (part !== undefined && part.resize === undefined)
    throw new Fault("process.no-terminal", `Cannot resize ${call}: it has pipes, expected a terminal`);
  if ((await part?.resize?.(size)) !== "done")
    throw new Fault("process.gone", `Cannot resize ${call}: nothing runs there`);
}
