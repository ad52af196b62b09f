-- Token buckets. What is kept of one is the moment at which it will be full again, so a full bucket is no key at all. The
-- server's own clock decides, so it does not matter who asks.

-- KEYS: bucket. ARGV: microseconds in which a token comes, tokens that the bucket holds, tokens wanted. Takes as many of
-- those as there are. Returns how many it took, how many are left, and in how many microseconds there will be one more,
-- and all of them.
local function take(keys, arguments)
  local interval, capacity, wanted = tonumber(arguments[1]), tonumber(arguments[2]), tonumber(arguments[3])
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local full_at = tonumber(redis.call('GET', keys[1]) or now)
  -- A bucket that was larger or slower, or a clock that went back, makes nobody wait longer than an empty bucket does.
  local missing = math.max(0, math.min(full_at - now, capacity * interval))
  local left = capacity - math.ceil(missing / interval)
  local taken = math.min(wanted, left)
  if taken > 0 then
    missing, left = missing + taken * interval, left - taken
    redis.call('SET', keys[1], string.format('%.0f', now + missing), 'PX', math.ceil(missing / 1000))
  end
  return { taken, left, math.min(missing, missing - (capacity - left - 1) * interval), missing }
end

redis.register_function('ledgerboard_take_@VERSION@', take)
