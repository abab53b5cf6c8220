import { z } from "zod";
import { amount, confinedProgram, programName, treeLimits, variableName } from "../confined-program.ts";

const word = z.string().min(1).max(4096);
const pattern = z.string().max(1000).refine(isPattern, "expected a regular expression");

/** What a value may be: any text, a number, a path inside the roots, one of a few words, or what a pattern matches whole. */
const kind = z.union([
  z.enum(["text", "number", "path"]),
  z.strictObject({ oneOf: z.array(word).min(1).max(64) }),
  z.strictObject({ match: pattern }),
]);
export type Kind = z.output<typeof kind>;

/** `optional` values are given behind a `=` or not at all. */
const flag = z.union([z.literal("none"), kind, z.strictObject({ optional: kind })]);
/** What a flag takes. */
export type FlagRule = z.output<typeof flag>;

const operand = z.strictObject({
  kind,
  min: z.int().min(0).max(256).default(0),
  max: z.int().min(1).max(256).default(1),
});
/** Up to `max` arguments in a row that are no flags. */
export type OperandRule = z.output<typeof operand>;

/** How the program, git or one that runs it, is shown the repository that it works in: without its configuration, or as it is. */
const repository = z.enum(["apart", "own"]);

/** What a caller may give a program, and nothing else. */
const argumentRules = z.strictObject({
  /** Arguments of ours, before the caller's. */
  first: z.array(word).max(64).default([]),
  /** Each flag as it is written, with what it takes; `-#` stands for a number behind a dash, as in `-20`. */
  flags: z.record(z.string().regex(/^(-[^\s=]{1,63}|[!()])$/), flag).default({}),
  /** What is no flag, in order: each rule takes up to `max` of them. */
  operands: z.array(operand).max(8).default([]),
  /** The same for what stands behind a `--`, where that is `kept`. */
  behind: z.array(operand).max(8).default([]),
  /** Whether `--` is put before the operands, kept where the caller gives it, or nothing that the program knows. */
  separator: z.enum(["always", "kept", "never"]).default("always"),
  /** Whatever the caller gives, as it is. */
  rest: z.literal(true).optional(),
  /** In the place of what its command says. */
  repository: repository.optional(),
});
export type ArgumentRules = z.output<typeof argumentRules>;

const role = argumentRules.extend({
  /** Goes before the caller's standard input. */
  prompt: z.string().max(65_536).default(""),
});

/** What one run may take; what is absent is not limited. */
const commandLimits = z.strictObject({
  wallMs: amount.optional(),
  /** Without a byte of output. */
  idleMs: amount.optional(),
  pauseMs: amount.optional(),
  cpuMs: amount.optional(),
  ...treeLimits,
  outputBytes: amount.optional(),
});
export type CommandLimits = z.output<typeof commandLimits>;

/** A program under a name of its own, with all that its callers may ask of it. */
export const namedCommand = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][\w.+-]{0,63}$/),
  title: z.string().max(200).default(""),
  /** A bare name, found at the start along the daemon's path for commands, or an absolute path. */
  program: programName,
  /** Arguments of ours before everything else. */
  first: z.array(word).max(64).default([]),
  /** Absent where one of the subcommands or roles has to be named. */
  arguments: argumentRules.optional(),
  /** By the word that stands first and is passed on. */
  subcommands: z.record(word, argumentRules).default({}),
  /** By a word that stands first and is not passed on. */
  roles: z.record(word, role).default({}),
  ...confinedProgram,
  /** Variables that callers may set besides the harmless ones. */
  variables: z.array(variableName).max(64).default([]),
  repository: repository.default("own"),
  /** Who may run it: the owner alone where it gets credentials or directories that its callers would share. */
  for: z.enum(["owner", "everybody"]).optional(),
  limits: commandLimits.default({}),
  /** Any of these in its output means that it is not logged in where it has to be. */
  loginFailure: z.array(pattern).max(32).default([]),
});
/** A command of the catalogue or the settings, checked and with its defaults filled in. */
export type NamedCommand = z.output<typeof namedCommand>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
