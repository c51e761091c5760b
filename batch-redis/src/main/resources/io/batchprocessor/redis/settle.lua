-- Settles deliveries: for each that is still ours, first stores what replaces it (a result, a
-- retry, a dead letter, or nothing), then removes it. Those that are no longer ours are left alone.
--
-- KEYS[1] results, [2] retries that are not due, [3] number of the last retry, [4] dead letters,
--     [5] cancelled ids, [6] ids that have a result; from [7] on the queues, see held.lua
-- ARGV[1] group, [2] consumer, [3] type of the results, [4] how many results to keep (0: all),
--     [5] how many ms to remember an id that has a result (0: not at all), [6] how many receipts of
--     channels follow, of which the caller knows that they are settled; then, one after the other,
--     kind, base and receipt of a delivery, followed by one of
--       ack
--       result <id> <body>
--       answer <id> <body> <list> <token>      as llm-d-async wants it
--       retry <delay in µs> <message>
--       foreign <delay in µs> <member>         as llm-d-async wants it
--       dead <body> <reason> <queue> <attempt>
-- Returns the positions of the deliveries that were lost, the first being 1; or, having done nothing,
-- one negative number: the position of an answer that must not go to the list that it names.
--
-- A script that fails is not undone. So whatever a producer has a say in is looked at before the
-- first write, and an id counts as one that has a result only after the result is stored.

-- For how many ms a call may be made again for deliveries of channels.
local AGAIN = 600000

local ARITY = { ack = 0, result = 2, answer = 4, retry = 2, foreign = 2, dead = 4 }

local now = nowMicros()
local anyCancelled = redis.call('EXISTS', KEYS[5]) == 1
local remembered = tonumber(ARGV[5])
local known = tonumber(ARGV[6])
local lost = {}

-- Stores a result, unless its id has one.
local function storeOnce(id, command, ...)
  if remembered > 0 and redis.call('ZSCORE', KEYS[6], id) then
    return
  end
  redis.call(command, ...)
  if remembered > 0 then
    redis.call('ZADD', KEYS[6], now / 1000, id)
  end
end

local function settled(id)
  if anyCancelled then
    redis.call('ZREM', KEYS[5], id)
  end
end

local store = {
  ack = function() end,
  result = function(id, body)
    if ARGV[3] == 'list' then
      storeOnce(id, 'LPUSH', KEYS[1], body)
    elseif ARGV[3] == 'channel' then
      storeOnce(id, 'PUBLISH', KEYS[1], body)
    elseif ARGV[4] == '0' then
      storeOnce(id, 'XADD', KEYS[1], '*', 'message', body)
    else
      storeOnce(id, 'XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'message', body)
    end
    settled(id)
  end,
  answer = function(id, body, list, token)
    storeOnce(id, 'LPUSH', list, body)
    if token ~= '' then
      for _, state in ipairs({ 'request-active:', 'request-cancel:' }) do
        -- Anybody may have put anything there: a failure is no token either.
        if redis.pcall('GET', state .. id) == token then
          redis.call('DEL', state .. id)
        end
      end
    end
    settled(id)
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

-- Whether nothing may be pushed to what a producer named: it is no list, or one of our own keys.
local ours = {}
for i = 2, #KEYS do
  ours[KEYS[i]] = true
end
local function isRefused(list)
  local type = redis.pcall('TYPE', list).ok
  return ours[list] or (type ~= 'list' and type ~= 'none')
end

local function each(visit)
  local at, position = 7 + known, 0
  while ARGV[at] do
    position = position + 1
    local action = ARGV[at + 3]
    visit(position, ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], action, ARGV[at + 4],
        ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
    at = at + 4 + ARITY[action]
  end
end

local refused
each(function(position, kind, base, receipt, action, _, _, list)
  if action == 'answer' and isRefused(list) and held(kind, base, receipt) then
    refused = position
  end
end)
if refused then
  return { -refused }
end

if remembered > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[6], '-inf', now / 1000 - remembered)
end
if known > 0 then
  redis.call('ZREM', KEYS[7], unpack(ARGV, 7, 6 + known))
end
local channels
each(function(position, kind, base, receipt, action, ...)
  local count = held(kind, base, receipt)
  if count then
    store[action](...)
    remove(kind, base, receipt, count)
    channels = channels or kind == 'c'
  else
    lost[#lost + 1] = position
  end
end)
if channels then
  redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', now / 1000 - AGAIN)
  redis.call('PEXPIRE', KEYS[7], AGAIN)
end
return lost
