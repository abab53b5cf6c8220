// Bytes that are no text, then the same backwards on the standard error, then a line of 300,000 characters.
const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
process.stdout.write(bytes, () =>
  process.stderr.write(Buffer.from(bytes).reverse(), () => process.stdout.write("x".repeat(300_000))),
);
