import { StopSignals } from "../base/stop-signals.ts";
import type { CallHandle } from "../client/call-handle.ts";
import { Fault } from "../protocol/fault.ts";
import type { CallView } from "../protocol/result.ts";
import { EXIT } from "./exit-codes.ts";
import { SeenCall } from "./seen-call.ts";
import type { Shell } from "./shell.ts";
import { type CallShow, humanShow, jsonShow, type StagesTo } from "./show/call-show.ts";
import type { Screen } from "./show/screen.ts";
import { answeringQuestions } from "./user-answers.ts";
import { ownCommand } from "./version.ts";

/** What goes along while a call runs. */
export interface Attendance {
  /** Told once, when a program of the call runs and has an output. */
  onProgram?: (() => void) | undefined;
  /** Events before were not asked for, so a program may run already. */
  mayHaveOutput?: true;
  /** To watchers of a terminal unless told. */
  stagesTo?: StagesTo;
}

/**
 * Shows a call until it has ended: its events, the bytes of its program, its result. What it asks is answered at the
 * terminal, or told with how it can be answered.
 */
export async function attend(shell: Shell, handle: CallHandle, attendance: Attendance = {}): Promise<CallView> {
  const { screen } = shell;
  const show = screen.form === "json" ? jsonShow(screen, handle.id) : humanShow(screen, attendance.stagesTo);
  let output = attendance.mayHaveOutput ? showOutput(handle, show, screen) : undefined;
  const seen = new SeenCall();
  using answers = answeringQuestions(shell, handle);
  for await (const event of handle.events) {
    seen.event(event);
    show.event(event);
    answers.onEvent(event);
    if (!("type" in event) || event.type !== "process.started") continue;
    output ??= showOutput(handle, show, screen);
    attendance.onProgram?.();
  }
  await output;
  const view = seen.view ?? (await handle.result());
  show.end(view);
  return view;
}

/** Shows the output beside the events; it is awaited in its turn, and until then a failure is not unhandled. */
function showOutput(handle: CallHandle, show: CallShow, screen: Screen): Promise<void> {
  const shown = showAll(handle, show, screen);
  shown.catch(() => {});
  return shown;
}

/** An output that is not there, or not kept any more, is no failure of the call. */
async function showAll(handle: CallHandle, show: CallShow, screen: Screen): Promise<void> {
  try {
    for await (const piece of handle.output()) await show.output(piece);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "output.unknown") throw error;
    screen.progress(error.message);
  }
}

/**
 * Runs the body with a signal that asks for the end of its call: at Ctrl-C, or when nobody reads the answer any
 * more. A second Ctrl-C leaves the program at once and the call to itself.
 */
export async function interruptible<T>(
  { screen }: Shell,
  body: (signal: AbortSignal, named: (call: string) => void) => Promise<T>,
): Promise<T> {
  const asked = new AbortController();
  let call: string | undefined;
  using _signals = new StopSignals({
    onFirst: () => {
      screen.progress("cancelling; press Ctrl-C again to leave it running");
      asked.abort(
        new Fault("call.cancelled", "Cannot go on: it was cancelled before the call was known, expected a call"),
      );
    },
    onSecond: () => {
      if (call !== undefined) screen.note(`left ${call}; \`${ownCommand} follow ${call}\` shows what becomes of it`);
      process.exit(EXIT.cancelled);
    },
  });
  return await body(AbortSignal.any([asked.signal, screen.gone]), (id) => {
    call = id;
  });
}
