import { type Command, Option } from "commander";
import type { Does } from "./action.ts";
import type { AgentOptions } from "./agent.ts";
import { amount, duration, several, whole } from "./options.ts";
import { refuseUnknownCommands } from "./refuse-unknown-commands.ts";
import type { ReviewOptions } from "./review.ts";

const asJson = "one JSON value a line; the last one is the call";

/** Asking models, and the conversations that come of it. */
export function declareAsking(program: Command, does: Does): void {
  program
    .command("chat [text...]")
    .description("ask a model; what is piped in goes along with the text, and is the text where there is none")
    .option("--model <name>", "provider/model, a model, or a provider")
    .option("--continue [thread]", "go on with a thread, by id or name; with the one used last where none is named")
    .option("--file <path>", "a file to show, whole or as path:from-to; may be repeated", several)
    .option("--image <path>", "a picture to show; may be repeated", several)
    .option("--system <text>", "what the model should know before")
    .addOption(new Option("--thinking <mode>", "how hard to think").choices(thinkingModes))
    .option("--websearch", "let the vendor search the web")
    .option("--max-output-tokens <number>", "the longest answer that is of use: no more is reserved for it", whole)
    .option("--json", asJson)
    .action(does(async () => (await import("./chat.ts")).chat));
  program
    .command("consensus [text...]")
    .description("ask 2 to 7 models about a proposal at once, each alone, and count their votes")
    .requiredOption("--model <seat>", "a model, with a stance as in glm=for or kimi=against; to be repeated", several)
    .option("--file <path>", "a file to show; may be repeated", several)
    .option("--image <path>", "a picture to show; may be repeated", several)
    .option("--continue <thread>", "go on with a thread, by id or name")
    .option("--max-usd <amount>", "ask no seat that could take the cost above this", amount)
    .option("--timeout <time>", "how long to wait for a seat, such as 60s", duration)
    .option("--json", asJson)
    .action(does(async () => (await import("./consensus.ts")).consensus));
  declareAgents(program, does);
  const threads = program.command("threads").description("conversations: list, search, show, name, export, delete");
  refuseUnknownCommands(threads);
  declareFinding(threads, does);
  declareOne(threads, does);
}

// Known before what reviews is loaded.
const severities = ["critical", "high", "medium", "low", "info"] as const satisfies readonly ReviewOptions["failOn"][];
const thinkingModes = ["minimal", "low", "medium", "high", "max"];

function declareAgents(program: Command, does: Does): void {
  withBudget(program.command("agent [goal...]"))
    .description("let a model work on a goal in turns, with tools; what is piped in goes along, or is the goal")
    .option("--tool <name>", "read, search, list, git, ask, exec, exec:NAME or any tool; may be repeated", several)
    .option("--file <path>", "a file to begin with; may be repeated", several)
    .option("--image <path>", "a picture to show; may be repeated", several)
    .option("--continue <thread>", "go on with a thread, by id or name")
    .option("--websearch", "let the vendor search the web")
    .option("--detach", "print the call's id and leave it running")
    .action(does(async () => (await import("./agent.ts")).agent));
  withBudget(program.command("ask <text> [files...]"))
    .description(
      "ask about what lies here, or is piped in: a model reads, searches and looks at git until it can answer",
    )
    .option("--continue <thread>", "go on with a thread, by id or name")
    .action(
      does(async () => {
        const { askAgent } = await import("./ask-agent.ts");
        return (shell, ...[text, files, options]: [string, string[], AgentOptions]) =>
          askAgent(shell, { text, files }, options);
      }),
    );
  withBudget(program.command("review [path-or-ref]"))
    .description("review what is not committed yet, the changes since a commit, or a file or directory")
    .option("--rules", "only what rules find, without a model")
    .addOption(
      new Option("--fail-on <severity>", "exit with 6 where something is found that is as severe, or more").choices(
        severities,
      ),
    )
    .action(does(async () => (await import("./review.ts")).review));
  program
    .command("answer <call> <text...>")
    .description("answer the question that a call asks")
    .option("--json", "the call")
    .action(
      does(async () => {
        const { answer } = await import("./user-answers.ts");
        return (shell, call: string, words: string[]) => answer(shell, { call, words });
      }),
    );
}

function withBudget(command: Command): Command {
  return command
    .option("--model <name>", "provider/model, a model, or a provider")
    .addOption(new Option("--thinking <mode>", "how hard to think").choices(thinkingModes))
    .option("--model-calls <count>", "how many model calls it may take; 25 unless told", whole)
    .option("--max-usd <amount>", "what it may cost", amount)
    .option("--json", asJson);
}

function declareFinding(threads: Command, does: Does): void {
  threads
    .command("list", { isDefault: true })
    .description("lately used first")
    .option("--limit <count>", "how many", whole, 20)
    .option("--json", "one thread a line")
    .action(does(async () => (await import("./threads.ts")).listThreads));
  threads
    .command("search <text>")
    .description("those whose name or turns hold the text")
    .option("--limit <count>", "how many", whole, 20)
    .option("--json", "one thread a line")
    .action(does(async () => (await import("./threads.ts")).searchThreads));
}

function declareOne(threads: Command, does: Does): void {
  threads
    .command("show <thread>")
    .description("its turns; a thread is named by its id or its name")
    .option("--json", "one turn a line")
    .action(does(async () => (await import("./threads.ts")).showThread));
  threads
    .command("name <thread> [name]")
    .description("name it; without a name, take it away")
    .option("--json", "the thread")
    .action(does(async () => (await import("./threads.ts")).nameThread));
  threads
    .command("export <thread>")
    .description("the whole conversation on stdout")
    .addOption(new Option("--format <format>", "as what").choices(["markdown", "json"]).default("markdown"))
    .action(does(async () => (await import("./threads.ts")).exportThread));
  threads
    .command("delete <thread>")
    .description("delete it with its calls; what was spent stays on record")
    .option("--yes", "do it without asking; only who sits at a terminal is asked")
    .option("--json", "what was deleted")
    .action(does(async () => (await import("./threads.ts")).deleteThread));
}
