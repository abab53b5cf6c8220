import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Begins with what takes longest, so that nothing long is left for the end: whole daemons, then what runs outside of this process. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      ["/test/scenarios/", "/src/adapters/", "/test/", ""].findIndex((folder) => moduleId.includes(folder));
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    globalSetup: ["test/support/own-folder.ts"],
    setupFiles: ["test/support/fail-on-leaks.ts"],
    // Tests start daemons and commands: a process of their own each. They wait as long as they work, so that three keep two
    // cores busy.
    pool: "forks",
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // So long that they never come on a busy machine: no test waits for them when all is well.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    slowTestThreshold: 5_000,
    reporters: ["default"],
  },
});
