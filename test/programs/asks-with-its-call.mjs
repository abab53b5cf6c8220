// Sends each request of its argument, `[path, body?]`, with the credential of its call; says what came of it as JSON.
const { EXAI_URL, EXAI_CALL } = process.env;
const answers = [];
for (const [path, body] of JSON.parse(process.argv[2])) {
  const headers = { authorization: `Bearer ${EXAI_CALL}`, "content-type": "application/json" };
  const how = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(`${EXAI_URL}${path}`, { headers, ...how });
  const { fault, phase, tools, result } = await response.json();
  const came = [phase, fault?.code, result?.data?.code].filter((each) => each !== undefined);
  answers.push(tools?.map(({ name }) => name) ?? came.join(" "));
}
console.log(JSON.stringify(answers));
