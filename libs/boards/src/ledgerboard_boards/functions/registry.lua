-- A generation as a whole: the views that it has, their entries, and the end of it.

-- KEYS: registry. Returns the keys of the entries of all views.
local function views(keys)
  return redis.call('HKEYS', keys[1])
end

-- KEYS: set. ARGV: key and member of an entry or '' twice, count. Returns the rank of the first entry after it, whether it
-- is still there or not, and so many entries from there on.
local function entries_after(keys, arguments)
  local set, key, member, start = keys[1], arguments[1], arguments[2], 0
  if key ~= '' then
    start = count_before(set, key, member)
    local found = redis.call('ZSCORE', set, member)
    if found and tonumber(found) == tonumber(key) then
      start = start + 1
    end
  end
  return { start, entries(set, start, start + tonumber(arguments[3])) }
end

-- Whether a state names this generation, as the live one or as the next.
local function is_in_use(state, number)
  local generations = redis.call('HGET', state, 'generations')
  for _, generation in ipairs(generations and cjson.decode(generations) or {}) do
    if generation.number == number then
      return true
    end
  end
  return false
end

-- KEYS: state, registry, plays, added. ARGV: number of the generation, how many views to delete at most. Returns how many are
-- left, or nothing where the generation is in use.
local function drop(keys, arguments)
  if is_in_use(keys[1], tonumber(arguments[1])) then
    return false
  end
  for _, set in ipairs(redis.call('HRANDFIELD', keys[2], arguments[2])) do
    redis.call('UNLINK', set, sibling(set, 'prefixes'), sibling(set, 'version'), sibling(set, 'top'))
    redis.call('HDEL', keys[2], set)
  end
  local left = redis.call('HLEN', keys[2])
  if left == 0 then
    redis.call('UNLINK', keys[3], keys[4])
  end
  return left
end

local function register_look(name, look)
  redis.register_function({
    function_name = 'ledgerboard_' .. name .. '_@VERSION@', callback = look, flags = { 'no-writes' },
  })
end

register_look('views', views)
register_look('entries_after', entries_after)
register_relief('drop', drop)
