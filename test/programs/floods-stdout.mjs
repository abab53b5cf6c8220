// floods-stdout [bytes]: writes as fast as it is read, without end or up to that many bytes.
import { writeSync } from "node:fs";

const block = Buffer.alloc(64 * 1024, "0123456789abcde\n");
let left = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
while (left > 0) {
  try {
    left -= writeSync(1, block, 0, Math.min(left, block.length));
  } catch (error) {
    if (error.code !== "EAGAIN") process.exit(1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
