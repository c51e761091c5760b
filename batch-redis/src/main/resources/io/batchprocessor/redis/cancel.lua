-- Marks an id as cancelled, and forgets ids that were marked too long ago.
--
-- KEYS[1] cancelled ids, a sorted set scored by the ms in which each was cancelled
-- ARGV[1] the id, [2] how many ms to remember it

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
return redis.call('ZADD', KEYS[1], now, ARGV[1])
