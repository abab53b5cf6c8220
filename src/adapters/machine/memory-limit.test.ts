import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { containerMemory } from "./memory-limit.ts";

const machineBytes = 16e9;

/** Files as a kernel shows them, under a root of their own. */
function readIn(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), "exai-cgroup-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return containerMemory(root, machineBytes);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("what a container uses is its memory less the page cache, against its own limit", () => {
  const memory = readIn({
    "proc/self/cgroup": "0::/app\n",
    "sys/fs/cgroup/app/memory.max": "1000000\n",
    "sys/fs/cgroup/app/memory.current": "900000\n",
    "sys/fs/cgroup/app/memory.stat": "anon 100000\ninactive_file 300000\nactive_file 200000\nshmem 50000\n",
  });
  expect(memory).toEqual({ limitBytes: 1_000_000, usedBytes: 400_000 });
});

test("where a group has no limit, that of the group above it counts", () => {
  const memory = readIn({
    "proc/self/cgroup": "0::/slice/app\n",
    "sys/fs/cgroup/slice/app/memory.max": "max\n",
    "sys/fs/cgroup/slice/memory.max": "5000\n",
    "sys/fs/cgroup/slice/memory.current": "1000\n",
    "sys/fs/cgroup/slice/memory.stat": "inactive_file 0\n",
  });
  expect(memory).toEqual({ limitBytes: 5000, usedBytes: 1000 });
});

test("in a container that sees the host's path, the top of its own files counts", () => {
  const memory = readIn({
    "proc/self/cgroup": "0::/system.slice/containers/1234\n",
    "sys/fs/cgroup/memory.max": "5000\n",
    "sys/fs/cgroup/memory.current": "700\n",
  });
  expect(memory).toEqual({ limitBytes: 5000, usedBytes: 700 });
});

test("the first generation of control groups says the same under other names", () => {
  const memory = readIn({
    "proc/self/cgroup": "9:cpu,cpuacct:/\n4:memory:/docker/1\n0::/\n",
    "sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes": "2000\n",
    "sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes": "1500\n",
    "sys/fs/cgroup/memory/docker/1/memory.stat": "active_file 9\ntotal_inactive_file 400\ntotal_active_file 100\n",
  });
  expect(memory).toEqual({ limitBytes: 2000, usedBytes: 1000 });
});

test("a limit beyond the machine is none, and without such files there is none", () => {
  expect(readIn({})).toBeUndefined();
  const unlimited = {
    "proc/self/cgroup": "4:memory:/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
  };
  expect(readIn(unlimited)).toBeUndefined();
});
