// Writes what it reads, until its input ends.
process.stdin.pipe(process.stdout);
