// The client `ioredis` of Node.js with its default settings. The argument is the port.
const assert = require("node:assert");
const { Redis } = require("ioredis");

async function main() {
  const client = new Redis(Number(process.argv[2]));
  assert.equal(await client.ping(), "PONG");
  assert.equal(await client.set("a", 1, "EX", 100), "OK");
  assert.equal(await client.incrby("a", 41), 42);
  assert.equal(await client.decrby("a", 2), 40);
  assert.equal(await client.ttl("a"), 100);
  assert.equal(await client.get("none"), null);
  assert.deepEqual(await client.multi().set("b", "x").get("b").exec(), [[null, "OK"], [null, "x"]]);
  assert.deepEqual(await client.pipeline().incr("n").incr("n").exec(), [[null, 1], [null, 2]]);
  assert.deepEqual(await client.mget("a", "none"), ["40", null]);
  const keys = [];
  for await (const batch of client.scanStream()) keys.push(...batch);
  assert.deepEqual(keys.sort(), ["a", "b", "n"]);
  await assert.rejects(client.call("NONSENSE"), /unknown command/);
  assert.equal(await client.del("a", "b", "n"), 3);
  await client.quit();
  console.log("well");
}

main();
