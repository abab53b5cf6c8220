// slow-writer [pieces] [ms]: numbers, one a write, with a rest between.
let left = Number(process.argv[2] ?? 5);
const restMs = Number(process.argv[3] ?? 20);

function write() {
  if (left === 0) return;
  console.log(left--);
  setTimeout(write, restMs);
}
write();
