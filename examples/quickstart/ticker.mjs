// One numbered line a second.
let number = 0;

setInterval(() => console.log(`${new Date().toISOString()} line ${++number}`), 1000);
