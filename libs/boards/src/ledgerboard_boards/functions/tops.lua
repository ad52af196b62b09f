-- The rendered top: read with its version, and offered only against the version that it was made of.

-- KEYS: state, set, version, top. ARGV: the generation, when the view expires, size of the top, the version that the
-- reader has or ''. Returns version and number of entries; then, unless the reader has that version, the rendered top
-- or, where there is none, false and the entries to render.
local function top(keys, arguments)
  local version, total = redis.call('GET', keys[3]) or '0', redis.call('ZCARD', keys[2])
  if version == arguments[4] then
    return { version, total }
  end
  local rendered = redis.call('GET', keys[4])
  if rendered then
    return { version, total, rendered }
  end
  return { version, total, false, entries(keys[2], 0, tonumber(arguments[3])) }
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

register_read('top', top)
redis.register_function('ledgerboard_offer_top_@VERSION@', offer_top)
