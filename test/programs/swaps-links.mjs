import { renameSync, writeSync } from "node:fs";
import { join } from "node:path";

// Puts a link in the place of a directory and of a file, and each back, as fast as it can, until it is killed. In between
// it lingers for a while that the seed decides. Writes one byte for every 64 rounds.
const [root = "", seed = "1"] = process.argv.slice(2);
const at = (name) => join(root, name);
let state = Number(seed);
const next = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state;
};

function linger() {
  for (let left = (next() >>> 16) % 4096; left > 0; left -= 1);
}

for (let round = 1; ; round += 1) {
  for (const name of ["swap", "leaf"]) {
    renameSync(at(name), at(`${name}-real`));
    renameSync(at(`${name}-link`), at(name));
    linger();
    renameSync(at(name), at(`${name}-link`));
    renameSync(at(`${name}-real`), at(name));
    linger();
  }
  if (round % 64 === 0) writeSync(1, ".");
}
