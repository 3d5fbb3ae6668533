-- Keep an exchanged token for everybody, unless somebody kept another since the right to exchange was given.
--
-- KEYS: as in token_ask.lua. ARGV: 1 number it replaces, 2 asker, 3 value, 4 microseconds left, 5 its whole life.
-- Returns: number, value and microseconds left of the token to use.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if redis.call('GET', KEYS[2]) == ARGV[2] then
  redis.call('DEL', KEYS[2])
end
local replaced = tonumber(ARGV[1])
local token = redis.call('HMGET', KEYS[1], 'number', 'value', 'ends')
local number = tonumber(token[1] or 0)
if number > replaced then
  return {token[1], token[2], string.format('%.0f', tonumber(token[3]) - now)}
end
-- A number is the server's time: it grows even if the server has forgotten the one before.
local mine = string.format('%.0f', math.max(now, replaced + 1))
redis.call('HSET', KEYS[1], 'number', mine, 'value', ARGV[3], 'life', ARGV[5],
  'ends', string.format('%.0f', now + tonumber(ARGV[4])))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, tonumber(ARGV[4]) / 1000)))
return {mine, ARGV[3], ARGV[4]}
