// Runs for 10 to 40 seconds, then crashes.
const seconds = 10 + Math.random() * 30;

console.log(`pid ${process.pid} will crash in ${Math.round(seconds)} s`);
setTimeout(() => {
  console.error("out of luck");
  process.exit(1);
}, seconds * 1000);
