// Lives until it is killed; never reads its input.
process.on("SIGTERM", () => console.log("not yet"));
setInterval(() => {}, 1 << 30);
console.log("ready");
