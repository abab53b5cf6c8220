import { Command, CommanderError, Help } from "commander";
import { type Does, doneBy } from "./action.ts";
import { declareAccess } from "./declare-access.ts";
import { declareAsking } from "./declare-asking.ts";
import { declareCalls } from "./declare-calls.ts";
import { declareDaemon } from "./declare-daemon.ts";
import { EXIT } from "./exit-codes.ts";
import type { Runner } from "./shell.ts";
import { ownVersion } from "./version.ts";

const exitCodes = `
Exit codes: 0 succeeded · 1 failed · 2 usage · 3 credentials · 4 no daemon · 5 limit or budget · 6 a review found what \
--fail-on names · 124 expired · 130 cancelled; exec passes the command's own, 128 + n where a signal ended it, 126 where it \
was refused and 127 where it could not be started.

EXAI_HOME names the data folder (~/.exai), EXAI_URL and EXAI_TOKEN a daemon elsewhere; EXAI_AUTOSTART=0 starts none.`;
/** Lines are as wide as the terminal, and no wider than one reads well. */
const widest = 120;

/** Runs the command that was asked for. Answers the exit code where none was run: it has told the help, or what is wrong. */
export async function runProgram(run: Runner, argv: readonly string[]): Promise<number | undefined> {
  try {
    await declareProgram(doneBy(run)).parseAsync(argv);
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
    throw error;
  }
}

/** All commands, declared; what each needs is loaded when it is called. */
function declareProgram(does: Does): Command {
  const program = new Command("exai")
    .description("Runs AI tools and commands as calls that cannot be lost.")
    .version(ownVersion())
    .enablePositionalOptions()
    .addHelpText("after", () => new Help().boxWrap(exitCodes, Math.min(process.stdout.columns || widest, widest)))
    // Inherited by the commands that are declared below.
    .exitOverride();
  declareCalls(program, does);
  declareAsking(program, does);
  declareAccess(program, does);
  declareDaemon(program, does);
  return program;
}
