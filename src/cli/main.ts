import { CommanderError } from "commander";
import { OutcomeUnknown } from "../client/outcome-unknown.ts";
import { Fault } from "../protocol/fault.ts";
import { EXIT, exitOfFault } from "./exit-codes.ts";
import { declareProgram } from "./program.ts";
import type { Runner, Shell } from "./shell.ts";
import { faultText } from "./show/fault-text.ts";
import { Screen } from "./show/screen.ts";

/** As a shell tells a program that wrote to a closed pipe. */
const exitOfClosedPipe = 141;

// Help is written past the screen; a reader that went away is no failure there either.
process.stdout.on("error", () => {});

process.exitCode = await runCommandLine(process.argv);

async function runCommandLine(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.succeeded;
  const run: Runner = async ({ json }, command) => {
    const screen = new Screen({ stdout: process.stdout, stderr: process.stderr, form: json ? "json" : "human" });
    const { env, stdin } = process;
    const shell: Shell = { env, cwd: process.cwd(), stdin, screen, signal: screen.gone };
    const ended = await command(shell).catch((error: unknown) => failed(screen, error));
    code = screen.gone.aborted ? exitOfClosedPipe : ended;
  };
  try {
    await declareProgram(run).parseAsync(argv);
    return code;
  } catch (error) {
    // It has said what is wrong, or what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
    throw error;
  }
}

/** Tells why a command did not do what it was asked to. */
function failed(screen: Screen, error: unknown): number {
  if (screen.gone.aborted) return EXIT.failed;
  if (error instanceof Fault) {
    if (screen.form === "json") screen.json({ fault: error.view() });
    screen.note(screen.bad(faultText(error)));
    return exitOfFault(error.code);
  }
  const isExpected = error instanceof OutcomeUnknown || !(error instanceof Error);
  screen.note(screen.bad(isExpected ? String(error) : (error.stack ?? error.message)));
  return EXIT.failed;
}
