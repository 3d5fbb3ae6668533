-- The shared token, if there is one that the asker does not hold yet; else the right to exchange one, or a wait.
--
-- KEYS: the token (a hash: value, number, ends, life), the lock. ARGV: 1 number held (0: none), 2 asker,
--       3 milliseconds for which the right is given. Times are in microseconds of this server's clock.
-- Returns: "token", its number, its value, microseconds left; or "exchange" or "wait", the number it must replace.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local token = redis.call('HMGET', KEYS[1], 'number', 'value', 'ends', 'life')
if token[1] and tonumber(token[1]) > tonumber(ARGV[1]) then
  local left = tonumber(token[3]) - now
  if left > math.min(30000000, tonumber(token[4]) * 0.05) then -- outside the hard window of `auth`
    return {'token', token[1], token[2], string.format('%.0f', left)}
  end
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) or redis.call('GET', KEYS[2]) == ARGV[2] then
  return {'exchange', token[1] or '0'}
end
return {'wait', token[1] or '0'}
