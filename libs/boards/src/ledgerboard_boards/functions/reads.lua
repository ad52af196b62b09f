-- Reads that must see one moment, and the offer of a rendered top.

-- Whether a view that expires at this Unix time (0: never) is past it. The server's own clock decides, because it is
-- the one that lets the keys go: no reader can find them gone and take the view for an empty one.
local function expired(expires_at)
  return expires_at ~= '0' and tonumber(redis.call('TIME')[1]) >= tonumber(expires_at)
end

local EXPIRED = { err = 'EXPIRED this view was let go' }

-- Entries from rank `start` up to, not including, `stop`, as member, key, member, key.
local function entries(set, start, stop)
  if stop <= start then
    return {}
  end
  return redis.call('ZRANGE', set, start, stop - 1, 'WITHSCORES')
end

-- KEYS: set. ARGV: when the view expires, start, stop. Returns the number of all entries and those asked for.
local function page(keys, arguments)
  if expired(arguments[1]) then
    return EXPIRED
  end
  return { redis.call('ZCARD', keys[1]), entries(keys[1], tonumber(arguments[2]), tonumber(arguments[3])) }
end

-- KEYS: set, hash. ARGV: when the view expires, player. Returns rank, key and prefix, or nothing for an unknown
-- player.
local function standing(keys, arguments)
  if expired(arguments[1]) then
    return EXPIRED
  end
  local prefix = redis.call('HGET', keys[2], arguments[2])
  local member = prefix and prefix .. arguments[2]
  local key = member and redis.call('ZSCORE', keys[1], member)
  return key and { redis.call('ZRANK', keys[1], member), key, prefix }
end

-- KEYS: set, version, top. ARGV: when the view expires, size of the top. Returns version, number of entries, and the
-- rendered top or, where there is none, false and the entries to render.
local function top(keys, arguments)
  if expired(arguments[1]) then
    return EXPIRED
  end
  local version, total = redis.call('GET', keys[2]) or '0', redis.call('ZCARD', keys[1])
  local rendered = redis.call('GET', keys[3])
  if rendered then
    return { version, total, rendered }
  end
  return { version, total, false, entries(keys[1], 0, tonumber(arguments[2])) }
end

-- KEYS: version, top. ARGV: version that was read, rendered top, seconds to keep it. Stores it unless the top has
-- changed since it was read.
local function offer_top(keys, arguments)
  if (redis.call('GET', keys[1]) or '0') ~= arguments[1] then
    return 0
  end
  redis.call('SET', keys[2], arguments[2], 'EX', arguments[3])
  return 1
end

redis.register_function('ledgerboard_offer_top_@VERSION@', offer_top)
redis.register_function({ function_name = 'ledgerboard_page_@VERSION@', callback = page, flags = { 'no-writes' } })
redis.register_function({
  function_name = 'ledgerboard_standing_@VERSION@', callback = standing, flags = { 'no-writes' },
})
redis.register_function({ function_name = 'ledgerboard_top_@VERSION@', callback = top, flags = { 'no-writes' } })
