import { Argument, type Command, Option } from "commander";
import { phases } from "../protocol/phase.ts";
import type { Does } from "./action.ts";
import type { Action, ControlOptions } from "./control.ts";
import { duration, several, variable, whole } from "./options.ts";

const asJson = "one JSON value a line; the last one is the call";

export function declareCalls(program: Command, does: Does): void {
  program
    .command("call [tool]")
    .description("call a tool and show its answer; without a tool, list the tools and what each takes")
    .option("--input <json>", "the input: JSON, @file, or - for stdin")
    .option("--file <path>", "a file that travels with the call (at most 1 MiB); may be repeated", several)
    .option("--key <key>", "the same key starts the same call")
    .option("--fresh", "run it anew, even if the same call ran a moment ago")
    .option("--detach", "print the call's id and leave it running")
    .option("--json", asJson)
    .action(does(async () => (await import("./call.ts")).call));
  declareExec(program, does);
  declareOfCalls(program, does);
}

function declareExec(program: Command, does: Does): void {
  program
    .command("exec <argv...>")
    .description("run a program through the daemon; stdin, stdout, stderr and the exit code are the program's")
    .usage("[options] -- <argv...>")
    .option("--tty", "give it a terminal of the size of this one")
    .option("--timeout <time>", "end it after this long, such as 30s or 2h", duration)
    .option("--idle-timeout <time>", "end it after so long without output", duration)
    .addOption(
      new Option(
        "--overflow <how>",
        "when its output is at the cap: lose the oldest, wait for readers, or end it",
      ).choices(["drop_oldest", "block", "kill"]),
    )
    .option("--cwd <dir>", "where it runs; here by default, in the first root of a daemon elsewhere")
    .option("--env <name=value>", "a variable for it; may be repeated", variable)
    .option("--detach", "print the call's id and leave it running")
    .option("--json", asJson)
    .passThroughOptions()
    .action(does(async () => (await import("./exec.ts")).exec));
}

function declareOfCalls(program: Command, does: Does): void {
  program
    .command("calls")
    .description("list calls, newest first")
    .option("--limit <count>", "how many", whole, 20)
    .addOption(new Option("--phase <phase>", "only those in this phase").choices(phases))
    .option("--tool <name>", "only those of this tool")
    .option("--json", "one call a line")
    .action(does(async () => (await import("./calls.ts")).calls));
  program
    .command("follow <call>")
    .description("show a call from its beginning to its end, whoever started it")
    .option("--after <seq>", "begin behind this event; for the output of a program see --offset", whole, 0)
    .option("--offset <bytes>", "begin at this byte of a program's output", whole)
    .option("--json", asJson)
    .action(does(async () => (await import("./follow.ts")).follow));
  program
    .command("control <call>")
    .addArgument(new Argument("<action>").choices(["pause", "resume", "cancel", "input"] satisfies Action[]))
    .argument("[text]", "a line for its standard input; all of this one's stdin without it")
    .description("pause, resume or cancel a call, or give its program input")
    .option("--end", "close its standard input behind that; without this it stays open for more")
    .option("--json", "the call")
    .action(
      does(async () => {
        const { control, giveInput } = await import("./control.ts");
        return (shell, ...[call, action, text, options]: [string, Action, string | undefined, ControlOptions]) =>
          action === "input" ? giveInput(shell, call, { ...options, text }) : control(shell, call, action);
      }),
    );
  declareCommands(program, does);
}

function declareCommands(program: Command, does: Does): void {
  program
    .command("ps")
    .description("the commands that run, with what they use")
    .option("--json", "one command a line")
    .action(does(async () => (await import("./ps.ts")).ps));
  program
    .command("commands [id]")
    .description("the commands that there are, why one is refused, and what one takes")
    .option("--json", "one command a line")
    .action(does(async () => (await import("./commands.ts")).commands));
}
