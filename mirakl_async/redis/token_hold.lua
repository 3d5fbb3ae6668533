-- Hold the right to exchange for longer, or give it up.
--
-- KEYS: the lock. ARGV: 1 asker, 2 milliseconds from now (0: give it up).
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  return redis.call('DEL', KEYS[1])
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
