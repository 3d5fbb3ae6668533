-- Take the oldest rows that nobody works on.
--
-- ARGV: 1 most, 2 lease, 3 token of this claim, 4 whether it was asked before and the answer was lost (1 or 0).
-- Returns the microseconds until the next lease or delay ends (-1: none will); then of each row its key, version, head,
-- body and number of claims, as one text and the lengths of its parts: clients read a reply of many parts slowly.
if is_gone() then return redis.error_reply('GONE') end
pass_when_full()
local lease = whole(now + tonumber(ARGV[2]))
local found = {}

local function give(key, attempts)
  for _, value in ipairs({key, call('HGET', VERSIONS, key), call('HGET', HEADS, key), call('HGET', BODIES, key)}) do
    found[#found + 1] = value
  end
  found[#found + 1] = whole(attempts)
end

if ARGV[4] == '1' then -- what was claimed then is given again, and counts once
  local owners = call('HGETALL', OWNERS)
  for i = 1, #owners, 2 do
    local key = owners[i]
    if owners[i + 1] == ARGV[3] then
      call('ZADD', CLAIMED, lease, key)
      give(key, tonumber(call('HGET', ATTEMPTS, key)) or 1)
    end
  end
end
sweep()
if #found == 0 then
  local oldest = call('ZPOPMIN', WAITING, ARGV[1])
  for i = 1, #oldest, 2 do
    local key = oldest[i]
    call('ZADD', CLAIMED, lease, key)
    call('HSET', OWNERS, key, ARGV[3])
    give(key, call('HINCRBY', ATTEMPTS, key, 1))
  end
end
if call('ZCARD', WAITING) > 0 then ring(BELL) end
local lengths = {}
for i, value in ipairs(found) do lengths[i] = #value end
return {next_event(), table.concat(lengths, ' '), table.concat(found)}
