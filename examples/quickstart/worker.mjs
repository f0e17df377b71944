// Pretends to work on one job after another, and finishes the one it has before it stops.
const number = process.argv[2];
let stopping = false;

process.on("SIGTERM", () => {
  stopping = true;
});

for (let job = 1; !stopping; job++) {
  const seconds = 1 + Math.random() * 3;
  await new Promise((done) => setTimeout(done, seconds * 1000));
  console.log(`worker ${number}: job ${job} took ${seconds.toFixed(1)} s`);
}
console.log(`worker ${number}: stopped between two jobs`);
