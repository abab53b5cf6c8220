// Its environment, directory and arguments as JSON.
console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), args: process.argv.slice(2) }));
