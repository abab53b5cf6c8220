// Tries what a command must not be able to do to who runs it, and tells of each whether it could.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";

const target = JSON.parse(process.argv[2]);

/** Whether any process that is not this one has the word in its environment. */
function readsEnvironments(word) {
  const others = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return others.some((pid) => could(() => readFileSync(`/proc/${pid}/environ`, "latin1").includes(word)));
}

function could(work) {
  try {
    return work() !== false;
  } catch {
    return false;
  }
}

function reaches(port) {
  const { promise, resolve } = Promise.withResolvers();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

const does = {
  "read the token": () => could(() => readFileSync(target.token).length > 0),
  "read the database": () => could(() => readFileSync(target.database).length > 0),
  "read a key in the home": () => could(() => readFileSync(target.key).length > 0),
  "read what another principal has": () => could(() => readFileSync(target.others).length > 0),
  "read the daemon's environment": () => readsEnvironments(target.word),
  "write outside its roots": () => could(() => writeFileSync(target.outside, "was here")),
  "signal the daemon": () => could(() => process.kill(target.daemon, "SIGCONT")),
  "reach the daemon's port": () => reaches(target.port),
  "reach a port outside": () => reaches(target.listener),
};

const done = {};
for (const [name, attempt] of Object.entries(does)) done[name] = await attempt();
process.stdout.write(JSON.stringify(done));
