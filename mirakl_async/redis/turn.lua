-- A turn in a bucket that many processes share. One trip settles the slot that was taken before and takes the next.
--
-- KEYS: the bucket (a hash: tat, paused, factor, factor_at, epoch), the processes that share (a sorted set by time).
-- ARGV: 1 interval, 2 burst, 3 lateness allowed (intervals and times are in microseconds of this server's clock),
--       4 slot to settle (0: none), 5 its epoch, 6 its end, 7 its cost, 8 cost of the next (0: nobody waits),
--       9 longest wait for a slot that is to be taken now (-1: any), 10 start empty (1 after an outage),
--       11 only if the bucket exists (1: undocumented), 12 give the slot back instead (1),
--       13 process, or "" if it was named lately.
-- Returns: now, granted, slot, its end, epoch, processes (0: not counted), longest wait exceeded.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local function whole(number) return string.format('%.0f', number) end

local processes = 0
if ARGV[13] ~= '' then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now - 30000000))
  redis.call('ZADD', KEYS[2], whole(now), ARGV[13])
  redis.call('PEXPIRE', KEYS[2], 60000)
  processes = redis.call('ZCARD', KEYS[2])
end

local held = redis.call('HMGET', KEYS[1], 'tat', 'paused', 'factor', 'factor_at', 'epoch')
local tat, paused, epoch = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[5] or 0)
if tonumber(ARGV[11]) == 1 and not held[1] then
  return {whole(now), 1, '0', '0', 0, processes, 0}
end
local factor = tonumber(held[3] or 1)
if factor < 1 then
  factor = math.min(1, factor + (now - tonumber(held[4])) / 1000000 * 0.05)
end
local cost_of_one = interval / factor
if tonumber(ARGV[10]) == 1 then
  tat = math.max(tat, now + (burst - 1) * cost_of_one)
end

local function keep()
  redis.call('HSET', KEYS[1], 'tat', whole(tat), 'epoch', epoch)
  local until_full = math.max(tat, paused) - now + (1 - factor) * 20000000
  redis.call('PEXPIRE', KEYS[1], whole(math.max(0, until_full) / 1000 + 60000))
end

local function take(cost)
  local start = math.max(now, tat)
  return math.max(start + (cost - burst) * cost_of_one, paused), start + cost * cost_of_one
end

local slot, slot_epoch, slot_end = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if tonumber(ARGV[12]) == 1 then
  if slot_epoch == epoch and slot_end == tat then
    tat = tat - tonumber(ARGV[7]) * cost_of_one
    keep()
  end
  return {whole(now), 0, '0', '0', epoch, processes, 0}
end

local granted = 0
local wanted = tonumber(ARGV[8])
if slot > 0 then
  local late = now - slot
  if slot_epoch == epoch and late <= tonumber(ARGV[3]) then
    granted = 1
  elseif slot_epoch == epoch and slot_end == tat then -- late, but nobody comes behind: the others move along
    tat = tat + late
    granted = 1
  else
    wanted = tonumber(ARGV[7])
  end
end
if wanted == 0 then
  keep()
  return {whole(now), granted, '0', '0', epoch, processes, 0}
end
local ready, its_end = take(wanted)
local longest = tonumber(ARGV[9])
if granted == 0 and longest >= 0 and ready - now > longest then
  return {whole(now), 0, whole(ready), '0', epoch, processes, 1}
end
tat = tonumber(whole(its_end))
keep()
if granted == 0 and ready <= now then
  return {whole(now), 1, '0', '0', epoch, processes, 0}
end
return {whole(now), granted, whole(ready), whole(tat), epoch, processes, 0}
