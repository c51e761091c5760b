-- Shows what waits in a queue, and takes nothing.
--
-- KEYS[1] the stream, sorted set or set of retries; [2] ids of released entries (streams only)
-- ARGV[1] s for a stream, z for a sorted set; [2] the most to return; [3] group (streams only)
-- Returns {message or member, score or ''}..., those that go next first.

local max = tonumber(ARGV[2])
local answer = {}

local function add(entries)
  for _, entry in ipairs(entries) do
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'message' and #answer < max then
        answer[#answer + 1] = { entry[2][i + 1], '' }
      end
    end
  end
end

local function stream()
  for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, max - 1)) do
    add(redis.call('XRANGE', KEYS[1], id, id))
  end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    if fields.name == ARGV[3] and #answer < max then
      add(redis.call('XRANGE', KEYS[1], '(' .. fields['last-delivered-id'], '+', 'COUNT', max))
    end
  end
end

if ARGV[1] == 'z' then
  local members = redis.call('ZRANGE', KEYS[1], 0, max - 1, 'WITHSCORES')
  for i = 1, #members, 2 do
    answer[#answer + 1] = { members[i], members[i + 1] }
  end
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  stream()
end
return answer
