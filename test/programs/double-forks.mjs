// double-forks [stay] [bare]: a grandchild in a session of its own whose parent is gone; `bare` also without
// any environment. Tells the grandchild's number, then ends, or stays.
import { spawn } from "node:child_process";
import { once } from "node:events";

const between = `
  const { spawn } = require("node:child_process");
  const env = process.argv[1] === "bare" ? {} : process.env;
  const stdio = ["ignore", "inherit", "inherit"];
  const child = spawn("/bin/sleep", ["1000"], { detached: true, stdio, env });
  process.send(child.pid, () => process.exit());
`;
const options = process.argv.slice(2);
const parent = spawn(process.execPath, ["-e", between, options.includes("bare") ? "bare" : "full"], {
  detached: true,
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
const [pid] = await once(parent, "message");
if (parent.exitCode === null && parent.signalCode === null) await once(parent, "exit");
console.log(pid);
if (options.includes("stay")) setInterval(() => {}, 1 << 30);
