-- Shared by the scripts that settle deliveries: is a delivery still ours, and how to let go of it.
-- Put in front of settle.lua, release.lua and extend.lua; not called by itself.
--
-- A delivery is told by its kind, the index in KEYS of its queue's first key, and a receipt:
--   s  stream: KEYS[base] the stream; the receipt is the entry's id. It is ours while it is
--      pending for our consumer, whose name no other process has.
--   z  sorted set: KEYS[base] the set, +1 the leases (token -> end), +2 what is leased (token ->
--      member), +3 how often a member was handed out (hash of the member -> count). The receipt is
--      the token, "<nonce>:<count>:<score>". It is ours while the token is known.
--   c  channel: KEYS[base] what was settled lately (receipt -> ms). Nobody else can have it, but a
--      call whose answer was lost is made again. It is ours until it is settled.
--   n  none: there is nothing to be held.
--
-- ARGV[1] the consumer group, ARGV[2] our consumer.

local GROUP, CONSUMER = ARGV[1], ARGV[2]
-- Who holds what was released. Deliveries that it holds count as waiting.
local NOBODY = '~released'

local function nowMicros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- How often the delivery was handed out, or nil if it is not ours.
local function held(kind, base, receipt)
  if kind == 's' then
    local pending = redis.pcall('XPENDING', KEYS[base], GROUP, receipt, receipt, 1, CONSUMER)
    if pending.err then
      if string.find(pending.err, 'NOGROUP', 1, true) then
        return nil
      end
      error(pending.err)
    end
    return pending[1] and pending[1][4]
  elseif kind == 'z' then
    if redis.call('HEXISTS', KEYS[base + 2], receipt) == 0 then
      return nil
    end
    return tonumber(string.match(receipt, ':(%d+):[^:]+$'))
  elseif kind == 'c' and redis.call('ZSCORE', KEYS[base], receipt) then
    return nil
  end
  return 1
end

-- Removes a delivery that is ours from its queue.
local function remove(kind, base, receipt, count)
  if kind == 's' then
    redis.call('XACK', KEYS[base], GROUP, receipt)
    redis.call('XDEL', KEYS[base], receipt)
  elseif kind == 'z' then
    if count > 1 then
      local member = redis.call('HGET', KEYS[base + 2], receipt)
      redis.call('HDEL', KEYS[base + 3], redis.sha1hex(member))
    end
    redis.call('HDEL', KEYS[base + 2], receipt)
    redis.call('ZREM', KEYS[base + 1], receipt)
  elseif kind == 'c' then
    redis.call('ZADD', KEYS[base], nowMicros() / 1000, receipt)
  end
end
