-- Hands deliveries back, as if they had never been handed out. Those that are no longer ours are
-- left alone.
--
-- KEYS as in settle.lua
-- ARGV[1] group, [2] consumer; from [3] on kind, base and receipt of each delivery
--
-- An entry of a stream stays pending, for a consumer that does not exist, and its id goes to the
-- list in KEYS[base + 1], where receive.lua looks first; should that list be lost, the entry counts
-- as idle for so long that any process claims it.

local LONG_IDLE = 31536000000

for at = 3, #ARGV, 3 do
  local kind, base, receipt = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  local count = held(kind, base, receipt)
  if count and kind == 's' then
    redis.call('XCLAIM', KEYS[base], GROUP, NOBODY, 0, receipt, 'IDLE', LONG_IDLE,
        'RETRYCOUNT', count - 1, 'JUSTID')
    redis.call('RPUSH', KEYS[base + 1], receipt)
  elseif count and kind == 'z' then
    local member = redis.call('HGET', KEYS[base + 2], receipt)
    if count > 1 then
      redis.call('HSET', KEYS[base + 3], redis.sha1hex(member), count - 1)
    end
    redis.call('ZADD', KEYS[base], string.match(receipt, '[^:]+$'), member)
    redis.call('HDEL', KEYS[base + 2], receipt)
    redis.call('ZREM', KEYS[base + 1], receipt)
  end
end
return 0
