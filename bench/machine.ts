import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** What a figure depends on, without a name or a path. */
export function machineFacts() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? "",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadBefore: loadavg().map((load) => Math.round(load * 10) / 10),
  };
}
