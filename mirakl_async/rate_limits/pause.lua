-- Pause a bucket for all processes: earlier slots become void, and the rate is reduced. exchange_slot.lua describes
-- the bucket.
--
-- KEYS: the bucket. ARGV: 1 interval, 2 burst, 3 duration in microseconds; -1 lifts a pause and keeps the rate.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local function whole(number) return string.format('%.0f', number) end
redis.call('HDEL', KEYS[1], '') -- a server without memory rejects a script whose first write needs some

local held = redis.call('HMGET', KEYS[1], 'tat', 'paused', 'factor', 'factor_at', 'epoch', 'cost', 'seen', 'behind')
-- The server's clock may be set back: the time of a bucket continues from the latest one seen.
local behind = math.max(tonumber(held[8] or 0), tonumber(held[7] or 0) - now)
now = now + behind
local lifted = tonumber(ARGV[3]) < 0
local tat, paused, epoch = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[5] or 0)
local factor, factor_at = tonumber(held[3] or 1), tonumber(held[4] or now)
if lifted then
  if now >= paused then return {whole(now), whole(paused)} end
elseif now >= paused then -- calls that fail together count once
  factor = math.min(1, factor + (now - factor_at) / 1000000 * 0.05)
  factor, factor_at = math.max(0.1, factor * 0.7), now
end
local cost_of_one = interval / factor
local origin, cost_before = math.max(now, paused), tonumber(held[6] or cost_of_one)
if tat > origin then tat = origin + (tat - origin) * cost_of_one / cost_before end
paused = lifted and now or math.max(paused, now + tonumber(ARGV[3]))
tat = math.max(lifted and 0 or tat, paused + (burst - 1) * cost_of_one)
redis.call('HSET', KEYS[1], 'tat', whole(tat), 'paused', whole(paused), 'epoch', epoch + 1,
  'factor', string.format('%.6f', factor), 'factor_at', whole(factor_at), 'cost', string.format('%.17g', cost_of_one),
  'seen', whole(now), 'behind', whole(behind))
redis.call('PEXPIRE', KEYS[1], whole((math.max(tat, paused) - now + (1 - factor) * 20000000) / 1000 + 60000))
return {whole(now), whole(paused)}
