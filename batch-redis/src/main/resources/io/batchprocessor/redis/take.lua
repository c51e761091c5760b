-- Takes results out of a stream, the oldest first.
--
-- KEYS[1] the stream; ARGV[1] the most to return
-- Returns the results.

local taken = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[1])) do
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'message' then
      taken[#taken + 1] = entry[2][i + 1]
    end
  end
  redis.call('XDEL', KEYS[1], entry[1])
end
return taken
