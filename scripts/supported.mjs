// Ends at once, with one sentence, on a Node.js that is too old. The first import of what people start, so that nothing newer is met before; what comes
// behind it must not import names that older versions do not have.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Holdfast needs Node.js 20.19 or later; this is ${process.versions.node}.`);
  process.exit(1);
}
