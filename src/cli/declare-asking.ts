import { type Command, Option } from "commander";
import type { AgentOptions } from "./agent.ts";
import type { ChatOptions } from "./chat.ts";
import type { ConsensusOptions } from "./consensus.ts";
import { amount, duration, several, whole } from "./options.ts";
import { refuseUnknownCommands } from "./refuse-unknown-commands.ts";
import type { ReviewOptions } from "./review.ts";
import type { Common, Runner } from "./shell.ts";

const asJson = "one JSON value a line; the last one is the call";

/** Asking models, and the conversations that come of it. */
export function declareAsking(program: Command, run: Runner): void {
  program
    .command("chat [text...]")
    .description("ask a model; without text, or for -, it is read from stdin")
    .option("--model <name>", "provider/model, a model, or a provider")
    .option("--continue [thread]", "go on with a thread, by id or name; with the one used last where none is named")
    .option("--file <path>", "a file to show, whole or as path:from-to; may be repeated", several)
    .option("--image <path>", "a picture to show; may be repeated", several)
    .option("--system <text>", "what the model should know before")
    .addOption(new Option("--thinking <mode>", "how hard to think").choices(thinkingModes))
    .option("--websearch", "let the vendor search the web")
    .option("--json", asJson)
    .action((text: string[], options: ChatOptions & Common) =>
      run(options, async (shell) => (await import("./chat.ts")).chat(shell, text, options)),
    );
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
    .action((text: string[], options: ConsensusOptions & Common) =>
      run(options, async (shell) => (await import("./consensus.ts")).consensus(shell, text, options)),
    );
  declareAgents(program, run);
  const threads = program.command("threads").description("conversations: list, search, show, name, export, delete");
  refuseUnknownCommands(threads);
  declareFinding(threads, run);
  declareOne(threads, run);
}

// Known before what reviews is loaded.
const severities = ["critical", "high", "medium", "low", "info"] as const satisfies readonly ReviewOptions["failOn"][];
const thinkingModes = ["minimal", "low", "medium", "high", "max"];

function declareAgents(program: Command, run: Runner): void {
  withBudget(program.command("agent [goal...]"))
    .description("let a model work on a goal in turns, with tools; without a goal, or for -, it is read from stdin")
    .option("--tool <name>", "read, search, list, git, ask, exec, exec:NAME or any tool; may be repeated", several)
    .option("--file <path>", "a file to begin with; may be repeated", several)
    .option("--image <path>", "a picture to show; may be repeated", several)
    .option("--continue <thread>", "go on with a thread, by id or name")
    .option("--websearch", "let the vendor search the web")
    .option("--detach", "print the call's id and leave it running")
    .action((goal: string[], options: AgentOptions & Common) =>
      run(options, async (shell) => (await import("./agent.ts")).agent(shell, goal, options)),
    );
  withBudget(program.command("ask <text> [files...]"))
    .description("ask about what lies here: a model reads, searches and looks at git until it can answer")
    .option("--continue <thread>", "go on with a thread, by id or name")
    .action((text: string, files: string[], options: AgentOptions & Common) =>
      run(options, async (shell) => (await import("./ask-agent.ts")).askAgent(shell, { text, files }, options)),
    );
  withBudget(program.command("review [path-or-ref]"))
    .description("review what is not committed yet, the changes since a commit, or a file or directory")
    .option("--rules", "only what rules find, without a model")
    .addOption(
      new Option("--fail-on <severity>", "exit with 6 where something is found that is as severe, or more").choices(
        severities,
      ),
    )
    .action((target: string | undefined, options: ReviewOptions & Common) =>
      run(options, async (shell) => (await import("./review.ts")).review(shell, target, options)),
    );
  program
    .command("answer <call> <text...>")
    .description("answer the question that a call asks")
    .option("--json", "the call")
    .action((call: string, words: string[], options: Common) =>
      run(options, async (shell) => (await import("./user-answers.ts")).answer(shell, { call, words })),
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

interface Found extends Common {
  limit: number;
}

function declareFinding(threads: Command, run: Runner): void {
  threads
    .command("list", { isDefault: true })
    .description("lately used first")
    .option("--limit <count>", "how many", whole, 20)
    .option("--json", "one thread a line")
    .action((options: Found) =>
      run(options, async (shell) => (await import("./threads.ts")).listThreads(shell, options)),
    );
  threads
    .command("search <text>")
    .description("those whose name or turns hold the text")
    .option("--limit <count>", "how many", whole, 20)
    .option("--json", "one thread a line")
    .action((text: string, options: Found) =>
      run(options, async (shell) => (await import("./threads.ts")).searchThreads(shell, text, options)),
    );
}

function declareOne(threads: Command, run: Runner): void {
  threads
    .command("show <thread>")
    .description("its turns; a thread is named by its id or its name")
    .option("--json", "one turn a line")
    .action((thread: string, options: Common) =>
      run(options, async (shell) => (await import("./threads.ts")).showThread(shell, thread)),
    );
  threads
    .command("name <thread> [name]")
    .description("name it; without a name, take it away")
    .option("--json", "the thread")
    .action((thread: string, name: string | undefined, options: Common) =>
      run(options, async (shell) => (await import("./threads.ts")).nameThread(shell, thread, name)),
    );
  threads
    .command("export <thread>")
    .description("the whole conversation on stdout")
    .addOption(new Option("--format <format>", "as what").choices(["markdown", "json"]).default("markdown"))
    .action((thread: string, options: { format: "markdown" | "json" }) =>
      run({}, async (shell) => (await import("./threads.ts")).exportThread(shell, thread, options)),
    );
  threads
    .command("delete <thread>")
    .description("delete it with its calls; what was spent stays on record")
    .option("--json", "what was deleted")
    .action((thread: string, options: Common) =>
      run(options, async (shell) => (await import("./threads.ts")).deleteThread(shell, thread)),
    );
}
