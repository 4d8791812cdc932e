// The client `redis` of Node.js with its default settings. The argument is the port.
const assert = require("node:assert");
const { createClient } = require("redis");

async function main() {
  const client = await createClient({ url: `redis://127.0.0.1:${process.argv[2]}` }).connect();
  assert.equal(await client.ping(), "PONG");
  assert.equal(await client.set("a", "1", { expiration: { type: "EX", value: 100 } }), "OK");
  assert.equal(await client.incrBy("a", 41), 42);
  assert.equal(await client.decr("a"), 41);
  assert.equal(await client.decrBy("a", 1), 40);
  assert.equal(await client.ttl("a"), 100);
  assert.equal(await client.get("none"), null);
  assert.deepEqual(await client.multi().set("b", "x").get("b").exec(), ["OK", "x"]);
  assert.deepEqual(await Promise.all([client.incr("n"), client.incr("n")]), [1, 2]); // a pipeline
  assert.deepEqual({ ...(await client.configGet("save")) }, { save: "" });
  assert.deepEqual(await client.mGet(["a", "none"]), ["40", null]);
  const keys = [];
  for await (const batch of client.scanIterator()) keys.push(...batch);
  assert.deepEqual(keys.sort(), ["a", "b", "n"]);
  await assert.rejects(client.sendCommand(["NONSENSE"]), /unknown command/);
  assert.equal(await client.del(["a", "b", "n"]), 3);
  await client.close();
  console.log("well");
}

main();
