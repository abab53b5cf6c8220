// Ends at once and leaves a child in its own process group that holds its output open.
import { spawn } from "node:child_process";

const child = spawn("/bin/sleep", ["1000"], { stdio: ["ignore", "inherit", "inherit"] });
console.log(child.pid);
child.unref();
