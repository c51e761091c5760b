-- Claims messages that a channel carried to every replica.
--
-- KEYS the names of the messages
-- ARGV[1] for how many ms a name stays taken
-- Returns for each 1 if it is the caller's, 0 if another replica has it.

local answer = {}
for i, name in ipairs(KEYS) do
  answer[i] = redis.call('SET', name, '1', 'NX', 'PX', ARGV[1]) and 1 or 0
end
return answer
