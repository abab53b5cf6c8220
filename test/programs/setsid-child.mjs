// setsid-child [stubborn]: lives with a child in a session of its own, which counts on its output; a stubborn
// one does not end when it is asked to.
import { spawn } from "node:child_process";

const counting = `
  if (process.argv[1] === "stubborn") process.on("SIGTERM", () => {});
  let n = 0;
  setInterval(() => console.log("tick " + n++), 5);
`;
const child = spawn(process.execPath, ["-e", counting, process.argv[2] ?? "mild"], {
  detached: true,
  stdio: ["ignore", "inherit", "inherit"],
});
console.log(child.pid);
setInterval(() => {}, 1 << 30);
