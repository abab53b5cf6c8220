type Input = Record<string, unknown>;

const step = (word: string): Input => ({
  step: `look at ${word}`,
  step_number: 1,
  total_steps: 1,
  next_step_required: false,
});

const investigated = (word: string): Input => ({ ...step(word), findings: `${word} was found`, hypothesis: word });

/** A whole request of each tool that is about one word alone; a tool without one fails the tests of the table. */
export const samples: Readonly<Record<string, (word: string) => Input>> = {
  chat: (word) => ({ prompt: `what is ${word}?`, model: "glm/m1" }),
  consensus: (word) => ({ prompt: `shall we ${word}?`, models: [{ model: "glm/m1" }, { model: "glm/m2" }] }),
  agent: (word) => ({ goal: `find out about ${word}`, model: "glm/m1" }),
  exec: (word) => ({ argv: ["echo", word] }),
  echo: (word) => ({ text: word }),
  challenge: (word) => ({ prompt: `${word} is always right` }),
  calls: () => ({ action: "list" }),
  listmodels: () => ({}),
  version: () => ({}),
  status: () => ({}),
  planner: step,
  thinkdeep: investigated,
  codereview: investigated,
  precommit: investigated,
  debug: investigated,
  analyze: investigated,
  refactor: investigated,
  testgen: investigated,
  secaudit: investigated,
  tracer: (word) => ({
    ...step(word),
    findings: word,
    trace_mode: "precision",
    target_description: `where \`${word}\` goes`,
  }),
  docgen: (word) => ({ ...step(word), findings: word, num_files_documented: 1, total_files_to_document: 1 }),
};

/** The request of a tool that is about this word. */
export function sampleOf(tool: string, word: string): Input {
  const make = samples[tool];
  if (make === undefined) throw new Error(`Expected a sample of ${tool}: every tool of the table is tested`);
  return make(word);
}
