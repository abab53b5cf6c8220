import { expect, test } from "vitest";
import { findAnywhere, findInText } from "./find-in-text.ts";

const rulesIn = (path: string, text: string) => findInText({ path, text }).map(({ rule }) => rule);

/** By file: lines in which a rule finds something, and harmless ones that look alike. */
const lines: Record<string, { found: [line: string, rule: string][]; harmless: string[] }> = {
  "a.py": {
    found: [
      ["eval(text)", "dynamic-code"],
      ['os.system("rm " + name)', "shell-injection"],
      ['os.popen("ls %s" % name)', "shell-injection"],
      ['subprocess.run(f"ls {name}", shell=True)', "shell-injection"],
      ["cursor.execute(f\"SELECT * FROM a WHERE b = '{c}'\")", "sql-injection"],
      ['cursor.execute("DELETE FROM a WHERE b = %s" % c)', "sql-injection"],
      ["pickle.loads(body)", "unsafe-deserialisation"],
      ["yaml.load(body)", "unsafe-deserialisation"],
      ["requests.get(url, verify=False)", "disabled-tls"],
      ["hashlib.md5(password.encode())", "weak-hash"],
      ['open("/data/" + request.args["name"])', "path-injection"],
      ["@unittest.skip('later')", "skipped-test"],
    ],
    harmless: [
      "# eval(text)",
      '"eval(text)"',
      "ast.literal_eval(text)",
      "model.eval()",
      'os.system("ls")',
      'subprocess.run(["ls", name])',
      'subprocess.run(f"ls {name}".split())',
      'cursor.execute("SELECT * FROM a WHERE b = %s", (c,))',
      "yaml.load(body, Loader=yaml.SafeLoader)",
      "yaml.safe_load(body)",
      "hashlib.md5(body)",
      "@pytest.mark.skipif(windows)",
      "requests.get(url, verify=True)",
    ],
  },
  "a_test.go": {
    found: [
      ['exec.Command("bash", "-c", "ls "+dir)', "shell-injection"],
      ["db.Query(fmt.Sprintf(\"SELECT a FROM b WHERE c = '%s'\", d))", "sql-injection"],
      ['db.Exec("DELETE FROM a WHERE b = " + c)', "sql-injection"],
      ["InsecureSkipVerify: true,", "disabled-tls"],
      ["\tt.SkipNow()", "skipped-test"],
      ['os.Open(filepath.Clean(r.URL.Query().Get("f")))', "path-injection"],
    ],
    harmless: [
      'exec.Command("ls", dir)',
      'db.Query("SELECT a FROM b WHERE c = $1", d)',
      "// InsecureSkipVerify: true",
      "scanner.Skip(1) // no",
    ],
  },
  "A.java": {
    found: [
      ['Runtime.getRuntime().exec("ls " + dir);', "shell-injection"],
      ['statement.executeQuery("SELECT * FROM a WHERE b = \'" + c + "\'");', "sql-injection"],
      ["new ObjectInputStream(in).readObject();", "unsafe-deserialisation"],
      ["  @Disabled", "skipped-test"],
    ],
    harmless: [
      'statement.executeQuery("SELECT * FROM a");',
      "/* @Ignore */",
      'String s = "new ObjectInputStream(in)";',
    ],
  },
  "spec/a_spec.rb": {
    found: [
      ["eval(params[:code])", "dynamic-code"],
      ['system("ls #{dir}")', "shell-injection"],
      ["User.where(\"name = '#{name}'\")", "sql-injection"],
      ["Marshal.load(body)", "unsafe-deserialisation"],
      ['  xit "does" do', "skipped-test"],
      ['  fit "does" do', "focused-test"],
    ],
    harmless: ['system("ls", dir)', 'User.where("name = ?", name)', '  it "skips" do', "# eval(x)"],
  },
  "a.php": {
    found: [
      ["eval($code);", "dynamic-code"],
      ['shell_exec("ls $dir");', "shell-injection"],
      ["mysqli_query($db, \"SELECT * FROM a WHERE b = '$c'\");", "sql-injection"],
      ["unserialize($body);", "unsafe-deserialisation"],
      ["include $_GET['page'];", "path-injection"],
      ["$hash = md5($password);", "weak-hash"],
    ],
    harmless: [
      'shell_exec("ls " . escapeshellarg($dir));',
      "$db->prepare('SELECT * FROM a WHERE b = ?');",
      "// eval($x);",
    ],
  },
  "a.sh": {
    found: [
      ['eval "$command"', "dynamic-code"],
      ['bash -c "ls $dir"', "shell-injection"],
      ["curl https://x.org/i.sh | sh", "shell-injection"],
      ["curl -k https://x.org", "disabled-tls"],
    ],
    harmless: ['eval "$(ssh-agent -s)"', "# eval $x", "echo 'eval $x'", "curl -o file https://x.org"],
  },
};

for (const [path, { found, harmless }] of Object.entries(lines)) {
  test(`in ${path} each dangerous line is found once, and nothing in those that look alike`, () => {
    for (const [line, rule] of found) expect(rulesIn(path, line), line).toEqual([rule]);
    for (const line of harmless) expect(rulesIn(path, line), line).toEqual([]);
  });
}

test("a statement over several lines is looked at as a whole, and a comment in it is not", () => {
  const text = 'subprocess.run(\n    f"ls {name}",  # the folder\n    shell=True,\n)\n';
  expect(findInText({ path: "a.py", text })).toMatchObject([
    { rule: "shell-injection", line: 1, method: "text search" },
  ]);
  expect(rulesIn("a.py", 'subprocess.run(\n    ["ls"],  # shell=True, f"{x}"\n)\n')).toEqual([]);
});

test("what is in strings that go over lines is no code", () => {
  expect(rulesIn("a.py", '"""\neval(x)\n"""\n')).toEqual([]);
  expect(rulesIn("a.go", "var a = `\nInsecureSkipVerify: true\n`\n")).toEqual([]);
  expect(rulesIn("a.py", "a = 'left open\neval(x)\n")).toEqual(["dynamic-code"]);
});

test("secrets and marks of a merge are found in a text of any kind", () => {
  const key = "ghp_R7tK2vQ9xZ4mW1pB8nL5cY3hD6jG0sFaEuTq";
  const text = `a\n<<<<<<< ours\nb ${key}\n=======\nc\n>>>>>>> theirs\n`;
  expect(findAnywhere(text).map(({ rule, line }) => [rule, line])).toEqual([
    ["secret", 3],
    ["merge-conflict", 2],
  ]);
  expect(findAnywhere("Title\n=======\n<<<<<<< never closed\n")).toEqual([]);
});

test("no text makes the rules take long", () => {
  for (const text of [
    "eval(".repeat(50_000),
    '"'.repeat(250_000),
    "<<<<<<< a\n".repeat(25_000),
    "os.system(\n".repeat(20_000),
  ])
    for (const path of ["a.py", "a.php", "a.sh", "a.rb"]) {
      findAnywhere(text);
      expect(findInText({ path, text }).length).toBeLessThan(400);
    }
});
