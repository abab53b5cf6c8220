import { OutcomeUnknown } from "../client/outcome-unknown.ts";
import { Fault } from "../protocol/fault.ts";
import { EXIT, exitOfFault } from "./exit-codes.ts";
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
  if (isPlainServe(argv)) await run({}, async () => (await import("./serve.ts")).serve());
  else code = (await (await import("./program.ts")).runProgram(run, argv)) ?? code;
  return code;
}

/** A daemon starts without the grammar of all the other commands. */
function isPlainServe([, , command, ...more]: readonly string[]): boolean {
  return command === "serve" && more.length === 0;
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
