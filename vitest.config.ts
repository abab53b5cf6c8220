import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    globalSetup: ["test/support/own-folder.ts"],
    setupFiles: ["test/support/fail-on-leaks.ts"],
    // Tests start daemons and commands: a process of their own each, and no more at once than two cores carry.
    pool: "forks",
    maxWorkers: 2,
    // So long that they never come on a busy machine: no test waits for them when all is well.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    slowTestThreshold: 5_000,
    reporters: ["default"],
  },
});
