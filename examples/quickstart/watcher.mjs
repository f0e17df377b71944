// An event listener: says READY, gets an event (a line of tokens, then so many bytes as `len` says), answers. Its standard output belongs to this
// protocol, so what it has to tell goes to standard error.
let waiting = Buffer.alloc(0);

process.stdout.write("READY\n");
for await (const chunk of process.stdin) {
  waiting = Buffer.concat([waiting, chunk]);
  for (let event = takeEvent(); event !== null; event = takeEvent()) {
    console.error(`${new Date().toISOString()} ${event.headers["eventname"]} ${event.payload}`);
    process.stdout.write("RESULT 2\nOKREADY\n");
  }
}

/** The next whole event, or null. */
function takeEvent() {
  const end = waiting.indexOf("\n");
  if (end < 0) return null;
  const tokens = waiting.subarray(0, end).toString().split(" ");
  const headers = Object.fromEntries(tokens.map((token) => token.split(":", 2)));
  const after = end + 1 + Number(headers["len"]);
  if (waiting.length < after) return null;
  const payload = waiting.subarray(end + 1, after).toString();
  waiting = waiting.subarray(after);
  return { headers, payload };
}
