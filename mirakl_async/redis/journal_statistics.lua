-- The figures: waiting, claimed, refused orders, outcomes, refused outcomes, microseconds since the oldest order came
-- (-1: there is none), then each feed and its position.
if is_gone() then return redis.error_reply('GONE') end
sweep()
local oldest = call('ZRANGE', PLACES, 0, 0, 'WITHSCORES')
local refused_outcomes = call('ZCARD', REFUSED_OUTCOMES)
local found = {
  call('ZCARD', WAITING) + call('ZCARD', DELAYED), call('ZCARD', CLAIMED), call('ZCARD', REFUSED) - refused_outcomes,
  call('ZCARD', OUTCOMES), refused_outcomes, oldest[2] and math.max(0, now - oldest[2]) or -1}
for _, value in ipairs(call('HGETALL', CURSORS)) do found[#found + 1] = value end
return found
