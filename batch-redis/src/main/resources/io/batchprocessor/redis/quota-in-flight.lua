-- Renews, grows and shrinks what one replica holds of quotas that limit what is in flight.
--
-- KEYS[1] the quota's mark (quota.lua); from [2] on for each value: who holds how much, a hash from
--     replica to "<held> <wanted> <end of the lease in ms>"
-- ARGV[1] the replica, [2] lease in ms; then for each value: its limit, how many the replica keeps,
--     and how many it wants
-- Returns {ms of grace, then for each value: how many the replica holds now, and its fair share}
--
-- What a replica keeps is never taken away: it may be in flight. So a replica shrinks first and
-- says so then. What others hold and want is divided max-min fair; what is left over by the division
-- goes round, a second each.

local me, lease = ARGV[1], tonumber(ARGV[2])
local left = grace(lease)
local turn = math.floor(now / 1000)

-- Gives everybody the same, but nobody more than he wants; the rest to those who want more.
local function fair(limit, all)
  table.sort(all, function(a, b)
    if a.wants ~= b.wants then
      return a.wants < b.wants
    end
    return a.id < b.id
  end)
  local rest, n, at = limit, #all, 1
  while n > 0 and all[at].wants <= math.floor(rest / n) do
    if all[at].id == me then
      return all[at].wants
    end
    rest = rest - all[at].wants
    n = n - 1
    at = at + 1
  end
  local before = 0
  for i = at, #all do
    if all[i].id < me then
      before = before + 1
    end
  end
  local extra = (before - turn) % n < rest % n and 1 or 0
  return math.floor(rest / n) + extra
end

local answer = { left }
for i = 2, #KEYS do
  local limit = tonumber(ARGV[3 * i - 3])
  local keep = tonumber(ARGV[3 * i - 2])
  local want = tonumber(ARGV[3 * i - 1])
  local all, others = { { id = me, wants = math.max(keep, want) } }, 0
  local entries = redis.call('HGETALL', KEYS[i])
  for e = 1, #entries, 2 do
    if entries[e] ~= me then
      local held, wanted, ends = string.match(entries[e + 1], '^(%d+) (%d+) (%d+)$')
      held = tonumber(held)
      if tonumber(ends) <= now then
        redis.call('HDEL', KEYS[i], entries[e])
      else
        others = others + held
        all[#all + 1] = { id = entries[e], wants = math.max(held, tonumber(wanted)) }
      end
    end
  end
  local share = fair(limit, all)
  local held = keep
  if left == 0 then
    held = math.max(keep, math.min(want, share, limit - others))
  end
  if held == 0 and want == 0 then
    redis.call('HDEL', KEYS[i], me)
  else
    redis.call('HSET', KEYS[i], me, string.format('%d %d %.0f', held, want, now + lease))
    redis.call('PEXPIRE', KEYS[i], lease)
  end
  answer[#answer + 1] = held
  answer[#answer + 1] = share
end
return answer
