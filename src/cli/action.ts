import type { Common, Runner, Shell } from "./shell.ts";

/** A command as it is loaded when it is called: what follows the shell are its arguments and then its options. */
type Load<A extends unknown[]> = () => Promise<(shell: Shell, ...given: A) => Promise<number>>;

/** Turns a command into what is called with its arguments, its options and its declaration. */
export type Does = <A extends unknown[]>(load: Load<A>) => (...given: unknown[]) => Promise<void>;

export function doneBy(run: Runner): Does {
  return <A extends unknown[]>(load: Load<A>) =>
    (...given: unknown[]) => {
      const words = given.slice(0, -1);
      // The grammar has checked them against the declaration that stands beside the command.
      return run(words.at(-1) as Common, async (shell) => (await load())(shell, ...(words as A)));
    };
}
