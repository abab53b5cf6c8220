import { parentPort } from "node:worker_threads";

// A store's thread that opens well and dies of its first task.
parentPort?.on("message", () => {
  throw new Error("out of luck");
});
parentPort?.postMessage({ id: 0, body: { value: "epoch" } });
