-- Removes consumers that hold nothing from the groups of streams.
--
-- KEYS the streams
-- ARGV[1] group, [2] the consumer, or '' for all that have been idle for [3] ms

local NOBODY = '~released'

for _, stream in ipairs(KEYS) do
  local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, ARGV[1])
  -- Where there is no such stream or group there is nobody to remove.
  for _, consumer in ipairs(consumers.err and {} or consumers) do
    local fields = {}
    for i = 1, #consumer, 2 do
      fields[consumer[i]] = consumer[i + 1]
    end
    local leaves = ARGV[2] == '' and fields.idle >= tonumber(ARGV[3]) or fields.name == ARGV[2]
    if leaves and fields.pending == 0 and fields.name ~= NOBODY then
      redis.call('XGROUP', 'DELCONSUMER', stream, ARGV[1], fields.name)
    end
  end
end
return 0
