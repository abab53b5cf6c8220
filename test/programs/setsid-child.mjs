// Lives with a child in a session of its own, which counts on its output.
import { spawn } from "node:child_process";

const counting = "let n = 0; setInterval(() => console.log('tick ' + n++), 5)";
const child = spawn(process.execPath, ["-e", counting], { detached: true, stdio: ["ignore", "inherit", "inherit"] });
console.log(child.pid);
setInterval(() => {}, 1 << 30);
