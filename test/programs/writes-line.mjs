// writes-line <bytes>: a line without end of that many bytes, which are no text: NULs, bytes that UTF-8 has not, characters cut anywhere.
import { writeSync } from "node:fs";

const unit = Buffer.concat([Buffer.from("a\0é€😀"), Buffer.from([0xff, 0xc0, 0x80, 0xe2, 0x82, 0x00, 0xf0, 0x9f])]);
const block = Buffer.concat(Array.from({ length: 4096 }, () => unit));
for (let left = Number(process.argv[2]), at = 0; left > 0; ) {
  try {
    const written = writeSync(1, block, at, Math.min(left, block.length - at));
    left -= written;
    at = (at + written) % block.length;
  } catch (error) {
    if (error.code !== "EAGAIN") process.exit(1);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
