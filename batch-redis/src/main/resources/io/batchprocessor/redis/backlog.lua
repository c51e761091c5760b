-- Counts what waits and what is held.
--
-- KEYS as in settle.lua
-- ARGV[1] group; from [2] on kind and base of each queue, see held.lua
-- Returns {waiting, leased, age of the oldest that waits in ms or -1} for each queue, and after
-- them how many retries are not due.

local GROUP = ARGV[1]
local NOBODY = '~released'
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function millisOf(id)
  return tonumber(string.match(id, '^%d+'))
end

local function stream(base)
  local length = redis.call('XLEN', KEYS[base])
  local pending = redis.pcall('XPENDING', KEYS[base], GROUP)
  if pending.err then
    return { length, 0, -1 }
  end
  local leased = pending[1]
  for _, consumer in ipairs(pending[4] or {}) do
    if consumer[1] == NOBODY then
      leased = leased - tonumber(consumer[2])
    end
  end
  local oldest = redis.call('LINDEX', KEYS[base + 1], 0)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[base])) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    if fields.name == GROUP then
      local fresh = redis.call('XRANGE', KEYS[base], '(' .. fields['last-delivered-id'], '+',
          'COUNT', 1)
      if fresh[1] and (not oldest or millisOf(fresh[1][1]) < millisOf(oldest)) then
        oldest = fresh[1][1]
      end
    end
  end
  return { math.max(0, length - leased), leased, oldest and math.max(0, now - millisOf(oldest)) or -1 }
end

local function sortedSet(base)
  local held = redis.call('ZCARD', KEYS[base + 1])
  local ended = redis.call('ZCOUNT', KEYS[base + 1], '-inf', now)
  return { redis.call('ZCARD', KEYS[base]) + ended, held - ended, -1 }
end

local answer = {}
for at = 2, #ARGV, 2 do
  local base = tonumber(ARGV[at + 1])
  if ARGV[at] == 's' then
    answer[#answer + 1] = stream(base)
  elseif ARGV[at] == 'z' then
    answer[#answer + 1] = sortedSet(base)
  else
    answer[#answer + 1] = { 0, 0, -1 }
  end
end
answer[#answer + 1] = redis.call('ZCARD', KEYS[2])
return answer
