-- Settles deliveries: for each that is still ours, first stores what replaces it (a result, a
-- retry, a dead letter, or nothing), then removes it. Those that are no longer ours are left alone.
--
-- KEYS[1] results, [2] retries that are not due, [3] number of the last retry, [4] dead letters,
--     [5] cancelled ids, [6] ids that have a result; from [7] on the queues, see held.lua
-- ARGV[1] group, [2] consumer, [3] type of the results, [4] how many results to keep (0: all),
--     [5] how many ms to remember an id that has a result (0: not at all); from [6] on, one after
--     the other, kind, base and receipt of a delivery, followed by one of
--       ack
--       result <id> <body>
--       answer <id> <body> <list> <token>      as llm-d-async wants it
--       retry <delay in µs> <message>
--       foreign <delay in µs> <member>         as llm-d-async wants it
--       dead <body> <reason> <queue> <attempt>
-- Returns the positions of the deliveries that were lost, the first being 1.

local ARITY = { ack = 0, result = 2, answer = 4, retry = 2, foreign = 2, dead = 4 }

local now = nowMicros()
local anyCancelled = redis.call('EXISTS', KEYS[5]) == 1
local remembered = tonumber(ARGV[5])
local lost = {}

-- Whether the id has no result yet.
local function isFirst(id)
  if remembered == 0 then
    return true
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now / 1000 - remembered)
  return redis.call('ZADD', KEYS[6], 'NX', now / 1000, id) == 1
end

local function storeResult(body)
  if ARGV[3] == 'list' then
    redis.call('LPUSH', KEYS[1], body)
  elseif ARGV[3] == 'stream' then
    if ARGV[4] == '0' then
      redis.call('XADD', KEYS[1], '*', 'message', body)
    else
      redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'message', body)
    end
  else
    redis.call('PUBLISH', KEYS[1], body)
  end
end

local store = {
  ack = function() end,
  result = function(id, body)
    if isFirst(id) then
      storeResult(body)
    end
    if anyCancelled then
      redis.call('ZREM', KEYS[5], id)
    end
  end,
  answer = function(id, body, list, token)
    if isFirst(id) then
      redis.call('LPUSH', list, body)
    end
    if token ~= '' then
      for _, state in ipairs({ 'request-active:', 'request-cancel:' }) do
        if redis.call('GET', state .. id) == token then
          redis.call('DEL', state .. id)
        end
      end
    end
    if anyCancelled then
      redis.call('ZREM', KEYS[5], id)
    end
  end,
  retry = function(delay, message)
    local due = string.format('%.6f', (now + tonumber(delay)) / 1000000)
    local number = redis.call('INCR', KEYS[3])
    redis.call('ZADD', KEYS[2], due, string.format('~%016x ', number) .. message)
  end,
  foreign = function(delay, member)
    redis.call('ZADD', KEYS[2], string.format('%.6f', (now + tonumber(delay)) / 1000000), member)
  end,
  dead = function(body, reason, queue, attempt)
    redis.call('XADD', KEYS[4], '*', 'message', body, 'reason', reason, 'queue', queue,
        'attempt', attempt)
  end,
}

local at, position = 6, 0
while ARGV[at] do
  position = position + 1
  local kind, base, receipt, action = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  local count = held(kind, base, receipt)
  if count then
    store[action](ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
    remove(kind, base, receipt, count)
  else
    lost[#lost + 1] = position
  end
  at = at + 4 + ARITY[action]
end
return lost
