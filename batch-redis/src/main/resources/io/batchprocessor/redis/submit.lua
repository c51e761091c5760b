-- Submits messages, as a producer would.
--
-- KEYS[1] the queue, [2] number of the last message (sorted sets only)
-- ARGV[1] s for a stream, z for a sorted set, c for a channel; then the messages, in a sorted set
--     each after its score; [2] in a sorted set 'number' to number the messages, or 'plain'

local KIND = ARGV[1]
if KIND == 'z' then
  local time = redis.call('TIME')
  local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
  for at = 3, #ARGV, 2 do
    local member = ARGV[at + 1]
    if ARGV[2] == 'number' then
      member = string.format('~%016x %s ', redis.call('INCR', KEYS[2]), now) .. member
    end
    redis.call('ZADD', KEYS[1], ARGV[at], member)
  end
else
  for at = 2, #ARGV do
    if KIND == 's' then
      redis.call('XADD', KEYS[1], '*', 'message', ARGV[at])
    else
      redis.call('PUBLISH', KEYS[1], ARGV[at])
    end
  end
end
return 0
