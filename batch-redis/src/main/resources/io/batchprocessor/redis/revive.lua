-- Puts the message of a dead letter back into its queue, and removes the letter.
--
-- KEYS[1] dead letters, [2] the queue, [3] number of the last message (sorted sets only)
-- ARGV[1] id of the letter; [2] s for a stream, z for a sorted set, c for a channel; [3] the
--     message; [4] its score and [5] 'number' or 'plain' (sorted sets only), as in submit.lua
-- Returns 1, or 0 if there is no such letter, or -1 if nobody listens to the channel.

if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return 0
end
if ARGV[2] == 's' then
  redis.call('XADD', KEYS[2], '*', 'message', ARGV[3])
elseif ARGV[2] == 'c' then
  if redis.call('PUBLISH', KEYS[2], ARGV[3]) == 0 then
    return -1
  end
else
  local member = ARGV[3]
  if ARGV[5] == 'number' then
    local time = redis.call('TIME')
    local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
    member = string.format('~%016x %s ', redis.call('INCR', KEYS[3]), now) .. member
  end
  redis.call('ZADD', KEYS[2], ARGV[4], member)
end
redis.call('XDEL', KEYS[1], ARGV[1])
return 1
