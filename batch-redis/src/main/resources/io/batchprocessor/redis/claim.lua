-- Takes messages from sorted sets under a lease, the lowest score first. Before that, puts back
-- what is held by a lease that ran out, and moves retries that are due to where they are taken from.
--
-- KEYS[1] cancelled ids, [2] retries that are not due (or any key, where there are none);
--     from [3] on for each queue: the set, its leases, what is leased, delivery counts (held.lua)
-- ARGV[1] the most to return, [2] how many bytes are enough, [3] lease in ms, [4] nonce that no
--     other call has, [5] beginning of the names of the sets that retries move to, '' for none
-- Returns {number of cancelled ids, ms until something may be due or -1,
--     {queue, token, member}...}, queues counted from 1.
--
-- A retry is "~<number> <enqueued> <rank> <attempt> <length of partition> <length of attributes>\n"
-- and these two and the body. It moves to the set of its partition, be it ours or another
-- deployment's, and is ranked there by its rank, or, where that is '-', by when it was due.

local max, enough, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local nonce, prefix = ARGV[4], ARGV[5]
local queues = (#KEYS - 2) / 4
local PAGE = 16

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local nowSeconds = string.format('%d.%06d', tonumber(time[1]), tonumber(time[2]))

-- Moves what is due, the longest due first; move says how many bytes it copied. No more in one call
-- than can be handed out and some, because others wait meanwhile: the next call does the rest.
local function eachDue(key, till, move)
  local left, bytes = max + PAGE, 0
  while left > 0 and bytes < enough do
    local due = redis.call('ZRANGEBYSCORE', key, '-inf', till, 'WITHSCORES', 'LIMIT', 0,
        math.min(left, PAGE))
    if #due == 0 then
      return
    end
    for i = 1, #due, 2 do
      if bytes < enough then
        bytes = bytes + move(due[i], due[i + 1])
        redis.call('ZREM', key, due[i])
        left = left - 1
      end
    end
  end
end

local function promote()
  eachDue(KEYS[2], nowSeconds, function(member, score)
    local rank, length, start =
        string.match(member, '^~%x+ %d+ (%S+) %d+ (%d+) %d+\n()')
    local set = KEYS[3]
    local number = score
    if rank then
      set = prefix .. string.sub(member, start, start + tonumber(length) - 1) .. ':ready'
      if rank ~= '-' then
        number = tonumber(rank) or score
      end
    elseif string.sub(member, 1, 1) == '{' then
      -- A retry in the format of llm-d-async says itself what its queue and its deadline are.
      local ok, envelope = pcall(cjson.decode, member)
      if ok and type(envelope.data) == 'table' then
        number = tonumber(envelope.data.deadline) or score
      end
      if ok and type(envelope.internal) == 'table' then
        local queue = envelope.internal.request_queue_name
        if type(queue) == 'string' and queue ~= '' then
          set = prefix .. 'redis-sortedset:' .. queue .. ':ready'
        end
      end
    end
    if number ~= number then
      number = score
    end
    redis.call('ZADD', set, number, member)
    return #member
  end)
end

local function reap(base)
  eachDue(KEYS[base + 1], now, function(token)
    local member = redis.call('HGET', KEYS[base + 2], token)
    if not member then
      return 0
    end
    local count, score = string.match(token, ':(%d+):([^:]+)$')
    redis.call('HSET', KEYS[base + 3], redis.sha1hex(member), count)
    redis.call('ZADD', KEYS[base], score, member)
    redis.call('HDEL', KEYS[base + 2], token)
    return #member
  end)
end

if prefix ~= '' then
  promote()
end

local answer = { redis.call('ZCARD', KEYS[1]), -1 }
local heads, counted = {}, {}
for q = 1, queues do
  local base = 4 * q - 1
  reap(base)
  heads[q] = { at = 1, page = {} }
  counted[q] = redis.call('EXISTS', KEYS[base + 3]) == 1
end

-- The lowest member of a queue that was not taken yet; pages keep a long set from being copied.
local function head(q)
  local state = heads[q]
  if state.at > #state.page and not state.ended then
    state.page = redis.call('ZRANGE', KEYS[4 * q - 1], 0, math.min(max, PAGE) - 1, 'WITHSCORES')
    state.at = 1
    state.ended = #state.page == 0
  end
  return state.page[state.at], state.page[state.at + 1]
end

local leaseEnd = now + lease
local bytes, taken = 0, 0
while taken < max and bytes < enough do
  local best, member, score
  for q = 1, queues do
    local candidate, rank = head(q)
    if candidate and (not best or tonumber(rank) < tonumber(score)) then
      best, member, score = q, candidate, rank
    end
  end
  if not best then
    break
  end
  local base = 4 * best - 1
  heads[best].at = heads[best].at + 2
  redis.call('ZREM', KEYS[base], member)
  local count = 1
  if counted[best] then
    local hash = redis.sha1hex(member)
    local before = redis.call('HGET', KEYS[base + 3], hash)
    count = before and tonumber(before) + 1 or 1
  end
  taken = taken + 1
  bytes = bytes + #member
  local token = nonce .. taken .. ':' .. count .. ':' .. score
  redis.call('HSET', KEYS[base + 2], token, member)
  redis.call('ZADD', KEYS[base + 1], leaseEnd, token)
  answer[#answer + 1] = { best, token, member }
end

if taken == 0 then
  local function sooner(ms)
    if answer[2] < 0 or ms < answer[2] then
      answer[2] = math.max(1, math.ceil(ms))
    end
  end
  for q = 1, queues do
    local ending = redis.call('ZRANGE', KEYS[4 * q], 0, 0, 'WITHSCORES')
    if ending[2] then
      sooner(tonumber(ending[2]) - now)
    end
  end
  if prefix ~= '' then
    local due = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    if due[2] then
      sooner((tonumber(due[2]) - tonumber(nowSeconds)) * 1000)
    end
  end
end
return answer
