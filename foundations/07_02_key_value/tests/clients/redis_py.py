"""The client of Python with its default settings. The argument is the port."""

import sys
import time

import redis

client = redis.Redis(port=int(sys.argv[1]), decode_responses=True)
assert client.ping() and client.set("a", "b", px=50)
assert client.get("a") == "b" and 0 < client.pttl("a") <= 50 and client.type("a") == "string"
time.sleep(0.06)
assert client.get("a") is None and client.exists("a") == 0
for transaction in (True, False):  # the first one is the default
    with client.pipeline(transaction=transaction) as pipe:
        assert pipe.set("a", 1).incr("a").append("a", "0").get("a").execute() == [True, 2, 2, "20"]
assert client.decr("a") == 19 and client.decr("a", 9) == 10 and client.incrby("a", 5) == 15
assert client.set("c", "d", exat=int(time.time()) + 100) and 90 < client.ttl("c") <= 100
assert client.mset({"x": 1, "y": 2}) and client.mget("x", "none", "y") == ["1", None, "2"]
assert sorted(client.scan_iter("*")) == ["a", "c", "x", "y"] and client.dbsize() == 4
assert client.info("keyspace")["db0"]["keys"] == 4 and client.config_get("save") == {"save": ""}
assert client.client_setname("me") and client.client_getname() == "me"
assert client.delete("a", "c", "x", "y") == 4 and client.flushall()
try:
    client.execute_command("NONSENSE")
    assert False
except redis.ResponseError as error:
    assert "unknown command" in str(error), error
print("well")
