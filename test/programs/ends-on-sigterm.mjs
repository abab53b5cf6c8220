// Asked to stop, it says goodbye and ends with 7.
process.on("SIGTERM", () => process.stdout.write("goodbye\n", () => process.exit(7)));
setInterval(() => {}, 1 << 30);
console.log("ready");
