// agent [login-failure | silence]: like a coding agent, reads a prompt from stdin and writes events as JSON lines.
const [how] = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const stay = () => setInterval(() => {}, 1000);

say({ type: "init", arguments: process.argv.slice(2), variables: Object.keys(process.env).toSorted() });
if (how === "login-failure") {
  // In two writes, as a terminal would get it.
  process.stdout.write("Invalid API key ");
  setTimeout(() => process.stdout.write("· Please run /login\n"), 20);
  stay();
} else if (how === "silence") stay();
else {
  let prompt = "";
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", (text) => {
    prompt += text;
  });
  process.stdin.on("end", () => {
    for (const word of prompt.split(/\s+/).filter(Boolean)) say({ type: "message", text: word });
    say({ type: "result", prompt });
  });
}
