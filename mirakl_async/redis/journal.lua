-- What every script of the journal begins with. Times are in microseconds of this server's clock.
--
-- An order is in `places`, by when it came, which is also its place in the queue; and in one of `waiting` (by its
-- place), `delayed` (by when the delay ends) and `claimed` (by when the lease ends). Three hashes hold its row: its
-- version (digits of equal number, which compare as text), its head (line and origin) and its body, under
--   key      the version that waits or is claimed,
--   '+'key   a newer one that came while that was claimed,
--   '-'key   one that was refused; '!'number is an outcome, waiting or refused.
-- `owners` says by which claim an order is held. `attempts` counts its claims; "done" there says that it was settled
-- by somebody whose lease was over, while another claims it: nobody else gets a newer version before that one ends.
local VERSIONS, HEADS, BODIES, ATTEMPTS, OWNERS = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local PLACES, WAITING, DELAYED, CLAIMED, BELL = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local CURSORS, REFUSED, REFUSED_OUTCOMES, REASONS = KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local OUTCOMES, LANE, LANE_CLAIMED, LANE_BELL, ONCE, FACTS = KEYS[15], KEYS[16], KEYS[17], KEYS[18], KEYS[19], KEYS[20]
local MOST_AT_ONCE = 1000
-- Which journal the caller opened is the last argument: one that was made since then has the same name only.
local MADE = table.remove(ARGV)

local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local function whole(number) return string.format('%.0f', number) end

local function is_gone()
  return call('HGET', FACTS, 'made') ~= MADE
end

-- Has the server come back without the last of what it took? `puts` is how many it answered that process.
local function is_lost(process, puts)
  return tonumber(call('HGET', FACTS, 'puts ' .. process) or 0) < tonumber(puts)
end

-- Wake one of those who wait; what is left after its claim, it rings for.
local function ring(bell)
  if call('LLEN', bell) == 0 then call('RPUSH', bell, '1') end
end

-- A server whose memory is used up refuses a script whose first write takes some of it. What ends claims, and so frees
-- memory in the end, must pass: its first write is this one.
local function pass_when_full()
  call('HDEL', FACTS, '')
end

-- Later than every place given before, however the clock was set.
local function next_place()
  local place = whole(math.max(now, tonumber(call('HGET', FACTS, 'place') or 0) + 1))
  call('HSET', FACTS, 'place', place)
  return place
end

local function write(field, version, head, body)
  call('HSET', VERSIONS, field, version)
  call('HSET', HEADS, field, head)
  call('HSET', BODIES, field, body)
end

local function forget(field)
  call('HDEL', VERSIONS, field)
  call('HDEL', HEADS, field)
  call('HDEL', BODIES, field)
end

local function move(from, to)
  local version, head, body = call('HGET', VERSIONS, from), call('HGET', HEADS, from), call('HGET', BODIES, from)
  forget(from)
  write(to, version, head, body)
end

-- Take a row, or not; what became of it: taken, superseded, or perhaps a conflict, with the body that is there.
local function take(key, version, head, body)
  local held = call('HGET', VERSIONS, key)
  if not held then
    local place = next_place()
    write(key, version, head, body)
    call('ZADD', PLACES, place, key)
    call('ZADD', WAITING, place, key)
    return 't'
  end
  local newer = call('HGET', VERSIONS, '+' .. key)
  if version == (newer or held) then
    local kept = call('HGET', BODIES, newer and '+' .. key or key)
    if kept == body then return 's' end
    return 'c', kept
  elseif version < (newer or held) then
    return 's'
  elseif call('ZSCORE', CLAIMED, key) then
    write('+' .. key, version, head, body)
    return newer and 's' or 't'
  end
  write(key, version, head, body)
  return 's'
end

local function leave_claim(key)
  call('ZREM', CLAIMED, key)
  call('HDEL', OWNERS, key)
end

-- A newer version takes the place of the one that was in work, if there is one.
local function promote(key)
  if call('HEXISTS', VERSIONS, '+' .. key) == 0 then return false end
  move('+' .. key, key)
  call('HDEL', ATTEMPTS, key)
  return true
end

local function wait_now(key)
  call('ZADD', WAITING, call('ZSCORE', PLACES, key), key)
  ring(BELL)
end

-- The version in work has come to its end.
local function settle(key)
  leave_claim(key)
  if promote(key) then
    call('ZREM', DELAYED, key)
    return wait_now(key)
  end
  call('ZREM', WAITING, key)
  call('ZREM', DELAYED, key)
  call('ZREM', PLACES, key)
  call('HDEL', ATTEMPTS, key)
  forget(key)
end

-- A claim has ended without a result; `later` is when the row may be claimed again.
local function give_back(key, later)
  if call('HGET', ATTEMPTS, key) == 'done' then return settle(key) end
  leave_claim(key)
  if promote(key) or later <= now then return wait_now(key) end
  call('ZADD', DELAYED, whole(later), key)
end

-- End the leases and the delays that are over.
local function sweep()
  for _, key in ipairs(call('ZRANGEBYSCORE', CLAIMED, '-inf', whole(now), 'LIMIT', 0, MOST_AT_ONCE)) do
    give_back(key, now)
  end
  for _, key in ipairs(call('ZRANGEBYSCORE', DELAYED, '-inf', whole(now), 'LIMIT', 0, MOST_AT_ONCE)) do
    call('ZREM', DELAYED, key)
    wait_now(key)
  end
end

-- The microseconds until the next lease or delay ends; -1 if there is none.
local function next_event()
  local soonest = -1
  for _, set in ipairs({CLAIMED, DELAYED}) do
    local first = call('ZRANGE', set, 0, 0, 'WITHSCORES')
    if first[2] and (soonest < 0 or first[2] - now < soonest) then soonest = math.max(0, first[2] - now) end
  end
  return soonest
end

-- Has this been done before, by a call whose answer was lost?
local function is_repeated(token)
  local is_new = call('ZADD', ONCE, 'NX', whole(now), token) == 1
  call('ZREMRANGEBYSCORE', ONCE, '-inf', whole(now - 3600000000))
  return not is_new
end

