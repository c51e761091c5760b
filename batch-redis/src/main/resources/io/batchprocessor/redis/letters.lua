-- Shows dead letters, and takes none.
--
-- KEYS[1] the stream of dead letters
-- ARGV[1] where to begin, as XRANGE takes it; [2] the most to return; [3] the most bytes of a body
-- Returns {id, queue, reason, beginning of the body, length of the body}..., the oldest first.

local answer = {}
local from = ARGV[1]
local bytes = tonumber(ARGV[3])

-- One after the other: a few large ones are not in memory at once.
while #answer < tonumber(ARGV[2]) do
  local entry = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not entry then
    break
  end
  local fields = { queue = '', reason = '', message = '' }
  for i = 1, #entry[2], 2 do
    fields[entry[2][i]] = entry[2][i + 1]
  end
  answer[#answer + 1] = { entry[1], fields.queue, fields.reason,
      string.sub(fields.message, 1, bytes), #fields.message }
  from = '(' .. entry[1]
end
return answer
