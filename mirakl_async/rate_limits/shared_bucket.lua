-- A bucket shared by many processes. With 13 arguments: confirm the slot that a process took before, and take its next
-- one. With 3: pause the bucket for all processes; earlier slots become void, and the rate is reduced.
--
-- KEYS: the bucket (a hash: tat, cost, paused, factor, factor_at, epoch, seen, behind), the processes that share it
--       (a sorted set by time), the calls sent (a list of times, the latest last, as many as the limit allows).
-- ARGV: 1 interval, 2 burst, 3 calls of the limit (0: none), 4 its window plus the jitter, 5 slot to confirm (0: none),
--       6 its epoch, 7 its end, 8 another slot is needed (0: no waiter), 9 maximum wait for a new slot (-1: any),
--       10 pause after an outage (-1: none), 11 only if the bucket exists (1: undocumented rate), 12 return the slot
--       instead (1), 13 process, or "" if it was registered recently. Times are in microseconds of this server's clock.
-- Returns: now, granted, slot, its end, epoch, processes (0: not counted), whether the maximum wait is exceeded.
-- ARGV of a pause: 1 interval, 2 burst, 3 duration; -1 lifts a pause and keeps the rate. Returns: now, the end.
local time = redis.call('TIME')
local server_now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local function whole(number) return string.format('%.0f', number) end
redis.call('HDEL', KEYS[1], '') -- a server without memory rejects a script whose first write needs some

local held = redis.call('HMGET', KEYS[1], 'tat', 'paused', 'factor', 'factor_at', 'epoch', 'cost', 'seen', 'behind')
-- The server's clock may be set back: the time of a bucket continues from the latest one seen.
local behind = math.max(tonumber(held[8] or 0), tonumber(held[7] or 0) - server_now)
local now = server_now + behind
local tat, paused, epoch = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[5] or 0)
local factor, factor_at = tonumber(held[3] or 1), tonumber(held[4] or now)
local recovered = math.min(1, factor + (now - factor_at) / 1000000 * 0.05)

local function store(...)
  redis.call('HSET', KEYS[1], 'tat', whole(tat), 'seen', whole(now), 'behind', whole(behind), ...)
  local until_full = math.max(tat, paused) - now + (1 - factor) * 20000000
  redis.call('PEXPIRE', KEYS[1], whole(math.max(0, until_full) / 1000 + 60000))
end

-- The cost of one call at the current rate; the bucket still lacks as many calls as before.
local function adjust_cost()
  local cost = interval / factor
  local origin, cost_before = math.max(now, paused), tonumber(held[6] or cost)
  if tat > origin and cost_before ~= cost then
    tat = math.floor(origin + (tat - origin) * cost / cost_before + 0.5)
  end
  return cost
end

if #ARGV == 3 then
  local duration = tonumber(ARGV[3])
  local lifted = duration < 0
  if now >= paused then
    if lifted then return {whole(now), whole(paused)} end
    factor, factor_at = math.max(0.1, recovered * 0.7), now -- calls that fail together count once
  end
  local cost_of_one = adjust_cost()
  paused = lifted and now or math.max(paused, now + duration)
  tat = math.max(lifted and 0 or tat, paused + (burst - 1) * cost_of_one)
  store('paused', whole(paused), 'epoch', epoch + 1, 'factor', string.format('%.6f', factor),
    'factor_at', whole(factor_at), 'cost', string.format('%.17g', cost_of_one))
  return {whole(now), whole(paused)}
end

local calls, window = tonumber(ARGV[3]), tonumber(ARGV[4])
local processes = 0
if ARGV[13] ~= '' then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(server_now - 30000000))
  redis.call('ZREMRANGEBYSCORE', KEYS[2], whole(server_now + 1), '+inf') -- from before the clock was set back
  redis.call('ZADD', KEYS[2], whole(server_now), ARGV[13])
  redis.call('PEXPIRE', KEYS[2], 60000)
  processes = redis.call('ZCARD', KEYS[2])
end

if tonumber(ARGV[11]) == 1 and not held[1] then
  return {whole(now), 1, '0', '0', 0, processes, 0}
end
factor = recovered
local cost_of_one = adjust_cost()
if tonumber(ARGV[10]) >= 0 then
  tat = math.max(tat, now + tonumber(ARGV[10]) + (burst - 1) * cost_of_one)
end

local function response(granted, slot, its_end, too_long)
  if not too_long then store('epoch', epoch, 'cost', string.format('%.17g', cost_of_one)) end
  return {whole(now), granted, whole(slot), whole(its_end), epoch, processes, too_long and 1 or 0}
end

-- The time at which the limit has room for one more call.
local function room_at()
  if calls == 0 or redis.call('LLEN', KEYS[3]) < calls then return 0 end
  return redis.call('LINDEX', KEYS[3], -calls) + window
end

local function record_call()
  if calls == 0 then return end
  redis.call('RPUSH', KEYS[3], whole(now))
  redis.call('LTRIM', KEYS[3], -calls, -1)
  redis.call('PEXPIRE', KEYS[3], whole(window / 1000 + 60000))
end

local slot, slot_epoch, slot_end = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
if tonumber(ARGV[12]) == 1 then
  if slot_epoch == epoch and slot_end == tat then tat = tat - cost_of_one end
  return response(0, 0, 0)
end

local granted, wanted = 0, tonumber(ARGV[8])
if slot > 0 then
  if slot_epoch ~= epoch then -- void after a pause
    wanted = 1
  elseif slot - now > 1000000 then -- not due yet: a check whether a pause was lifted
    return response(0, slot, slot_end)
  elseif room_at() > now then -- earlier calls were late: this one keeps its slot and waits for room
    return response(0, room_at(), slot_end)
  else
    granted = 1
    record_call()
  end
end
if wanted == 0 then return response(granted, 0, 0) end

local start = math.max(now, tat)
local ready = math.max(start + (1 - burst) * cost_of_one, paused)
if granted == 0 then
  ready = math.max(ready, room_at())
  local longest = tonumber(ARGV[9])
  if longest >= 0 and ready - now > longest then return response(0, ready, 0, true) end
end
tat = tonumber(whole(start + cost_of_one))
if granted == 0 and ready <= now then
  record_call()
  return response(1, 0, 0)
end
return response(granted, math.max(ready, now + 1), tat)
