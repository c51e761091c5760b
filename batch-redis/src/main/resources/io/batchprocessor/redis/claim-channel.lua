-- Claims messages that a channel carried to every replica.
--
-- KEYS the names of the messages
-- ARGV[1] for how many ms a name stays taken, [2] the replica, which may ask again if it had no answer
-- Returns for each 1 if it is the caller's, 0 if another replica has it.

local answer = {}
for i, name in ipairs(KEYS) do
  local taken = redis.call('SET', name, ARGV[2], 'NX', 'PX', ARGV[1])
  answer[i] = (taken or redis.call('GET', name) == ARGV[2]) and 1 or 0
end
return answer
