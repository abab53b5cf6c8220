// Starts programs until the system refuses, tells that it is full, and goes on trying.
import { spawn } from "node:child_process";

let isFull = false;
function more() {
  const child = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
  child.once("error", () => {
    if (!isFull) process.stdout.write("full\n");
    isFull = true;
    setTimeout(more, 10);
  });
  child.once("spawn", more);
}
more();
