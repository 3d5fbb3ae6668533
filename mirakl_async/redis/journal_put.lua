-- Take rows, with the feed's cursor, and what of the feed is no order.
--
-- ARGV: 1 process, 2 how many of its puts were answered, 3 room, 4 feed or "", 5 its position, 6 number of rows; then of
-- each row key, version, head, body; then of each thing that is no order key, reason, head, body.
-- Returns what became of each row, a letter each, then the bodies that are there of those that may be conflicts: they
-- may say the same in other words. Nothing, where there is no room.
if is_gone() then return redis.error_reply('GONE') end
if is_lost(ARGV[1], ARGV[2]) then return redis.error_reply('LOST') end
local count = tonumber(ARGV[6])
if count > 0 and call('ZCARD', PLACES) >= tonumber(ARGV[3]) then return false end
call('HINCRBY', FACTS, 'puts ' .. ARGV[1], 1)

local fates, bodies = {}, {}
for i = 7, 6 + 4 * count, 4 do
  fates[#fates + 1], bodies[#bodies + 1] = take(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
for i = 7 + 4 * count, #ARGV, 4 do
  local field = '-' .. ARGV[i]
  write(field, '', ARGV[i + 2], ARGV[i + 3])
  call('HSET', REASONS, field, ARGV[i + 1])
  call('ZADD', REFUSED, next_place(), field)
end
if ARGV[4] ~= '' then call('HSET', CURSORS, ARGV[4], ARGV[5]) end
if call('ZCARD', WAITING) > 0 then ring(BELL) end
return {table.concat(fates), bodies}
