import { spawn } from "node:child_process";
import { WebSocketServer } from "ws";

// A bare pump: the output of `yes` to whoever connects, paused while the socket holds more than this.
const highWaterBytes = 1024 * 1024;
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0), perMessageDeflate: false });

server.on("connection", (socket) => {
  const { stdout, kill } = bound(spawn("yes", { stdio: ["ignore", "pipe", "ignore"] }));
  stdout.on("data", (bytes: Buffer) => {
    socket.send(bytes, () => socket.bufferedAmount < highWaterBytes && stdout.isPaused() && stdout.resume());
    if (socket.bufferedAmount >= highWaterBytes) stdout.pause();
  });
  socket.on("close", kill);
  socket.on("error", () => socket.terminate());
});

function bound(child: ReturnType<typeof spawn>) {
  if (child.stdout === null) throw new Error("yes without a pipe");
  return { stdout: child.stdout, kill: () => void child.kill("SIGKILL") };
}

server.on("listening", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`listens on ws://127.0.0.1:${address?.port}`);
});
