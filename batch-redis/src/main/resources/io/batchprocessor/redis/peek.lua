-- Shows what waits in a queue, and takes nothing.
--
-- KEYS[1] the stream, sorted set or set of retries; [2] ids of released entries (streams only)
-- ARGV[1] s for a stream, z for a sorted set; [2] the most to return; [3] group (streams only);
-- [4] the most bytes of a body to return, -1 for all
-- Returns {message or member, score or '', its length before its body was cut}..., those that go
-- next first.

local max = tonumber(ARGV[2])
local bytes = tonumber(ARGV[4])
local answer = {}

-- Where the body begins: after the header of ours, and what it says is between.
local function bodyOf(member)
  local partition, attributes, last =
      string.match(member, '^~%x+ %d+ %S+ %d+ (%d+) (%d+)()\n')
  return last and last + tonumber(partition) + tonumber(attributes) or 0
end

local function show(text, score, head)
  local shown = bytes < 0 and text or string.sub(text, 1, head + bytes)
  answer[#answer + 1] = { shown, score, #text }
end

local function add(entry)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'message' and #answer < max then
      show(entry[2][i + 1], '', 0)
    end
  end
end

-- One after the other: a few large messages are not in memory at once.
local function stream()
  for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, max - 1)) do
    local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
    if entry then
      add(entry)
    end
  end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    if fields.name == ARGV[3] then
      local last = fields['last-delivered-id']
      while #answer < max do
        local entry = redis.call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
        if not entry then
          break
        end
        add(entry)
        last = entry[1]
      end
    end
  end
end

if ARGV[1] == 'z' then
  for i = 0, max - 1 do
    local member = redis.call('ZRANGE', KEYS[1], i, i, 'WITHSCORES')
    if not member[1] then
      break
    end
    show(member[1], member[2], bodyOf(member[1]))
  end
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  stream()
end
return answer
