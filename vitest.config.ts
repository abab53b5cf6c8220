import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts"],
    setupFiles: ["test/support/fail-on-leaks.ts"],
    // Tests start daemons and commands: a process of their own each, and no more at once than two cores carry.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Long enough that it never comes on a busy machine: no test waits for it when all is well.
    expect: { poll: { timeout: 15_000 } },
    slowTestThreshold: 5_000,
    reporters: ["default"],
  },
});
