-- Takes messages from a stream: first those that were released, then those whose lease ran out,
-- then new ones.
--
-- KEYS[1] the stream, [2] ids of released entries, [3] cancelled ids
-- ARGV[1] group, [2] consumer, [3] the most to return, [4] how many bytes are enough,
--     [5] lease in ms, [6] where to go on looking for leases that ran out, or '' not to look
-- Returns {number of cancelled ids, where to go on looking, {id, delivery count, fields}...}.

local GROUP, CONSUMER = ARGV[1], ARGV[2]
local max, enough = tonumber(ARGV[3]), tonumber(ARGV[4])
local NOBODY = '~released'
local PAGE = 16

local answer = { redis.call('ZCARD', KEYS[3]), '0-0' }
local bytes, taken = 0, 0

local function hand(entry, count)
  answer[#answer + 1] = { entry[1], count, entry[2] }
  taken = taken + 1
  for _, field in ipairs(entry[2]) do
    bytes = bytes + #field
  end
end

local function hasRoom()
  return taken < max and bytes < enough
end

local function pending(id)
  return redis.call('XPENDING', KEYS[1], GROUP, id, id, 1)[1]
end

while hasRoom() do
  local id = redis.call('LPOP', KEYS[2])
  if not id then
    break
  end
  local now = pending(id)
  if now and now[2] == NOBODY then
    local entries = redis.call('XCLAIM', KEYS[1], GROUP, CONSUMER, 0, id)
    if entries[1] and entries[1][2] then
      hand(entries[1], pending(id)[4])
    else
      redis.call('XACK', KEYS[1], GROUP, id)
    end
  end
end

if ARGV[6] ~= '' and hasRoom() then
  local cursor = ARGV[6]
  local claimed = redis.call('XAUTOCLAIM', KEYS[1], GROUP, CONSUMER, ARGV[5], cursor,
      'COUNT', math.min(max - taken, PAGE))
  answer[2] = claimed[1]
  -- Redis 6.2 answers with an empty place where the entry itself was deleted: ipairs would end there.
  for i = 1, #claimed[2] do
    local entry = claimed[2][i]
    if entry and entry[2] then
      hand(entry, pending(entry[1])[4])
    end
  end
end

while hasRoom() do
  local count = math.min(max - taken, PAGE)
  local fresh = redis.call('XREADGROUP', 'GROUP', GROUP, CONSUMER, 'COUNT', count,
      'STREAMS', KEYS[1], '>')
  if not fresh then
    break
  end
  local entries = fresh[1][2]
  for _, entry in ipairs(entries) do
    hand(entry, 1)
  end
  if #entries < count then
    break
  end
end
return answer
