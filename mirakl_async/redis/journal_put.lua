-- Take rows, with the feed's cursor, and what of the feed is no order.
--
-- ARGV: 1 room, 2 feed or "", 3 its position, 4 number of rows; then of each row key, version, head, body; then of each
-- thing that is no order key, reason, head, body.
-- Returns what became of each row, a letter each; or nothing, where there is no room.
if is_gone() then return redis.error_reply('GONE') end
local count = tonumber(ARGV[4])
if count > 0 and call('ZCARD', PLACES) >= tonumber(ARGV[1]) then return false end

local fates = {}
for i = 5, 4 + 4 * count, 4 do
  fates[#fates + 1] = take(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
for i = 5 + 4 * count, #ARGV, 4 do
  local field = '-' .. ARGV[i]
  write(field, '', ARGV[i + 2], ARGV[i + 3])
  call('HSET', REASONS, field, ARGV[i + 1])
  call('ZADD', REFUSED, next_place(), field)
end
if ARGV[2] ~= '' then call('HSET', CURSORS, ARGV[2], ARGV[3]) end
if call('ZCARD', WAITING) > 0 then ring(BELL) end
return table.concat(fates)
