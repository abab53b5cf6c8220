// exits-with <code>: says so on the standard error and does it.
process.stderr.write(`ending with ${process.argv[2]}\n`, () => process.exit(Number(process.argv[2])));
