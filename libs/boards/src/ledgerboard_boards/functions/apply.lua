-- Carrying out the changes of views, and keeping what hangs on them right: the rendered top, the registry.

-- Drops the rendered top and announces it. The version never goes back, even where it was lost: the clock is ahead of
-- it.
local function drop_top(view, channel)
  local now = redis.call('TIME')
  local previous = tonumber(redis.call('GET', view.version) or '0')
  local version = string.format('%.0f', math.max(previous + 1, now[1] * 1000000 + now[2]))
  if view.expires_at == '0' then
    redis.call('SET', view.version, version)
  else
    redis.call('SET', view.version, version, 'EXAT', view.expires_at)
  end
  redis.call('DEL', view.top)
  redis.call('PUBLISH', channel, version .. ' ' .. view.top)
end

-- Notes a view that is about to have its first entry among those of its generation, with bytes of a prefix and when it
-- expires.
local function register_view(registry, view, width)
  if redis.call('EXISTS', view.set) == 0 then
    redis.call('HSET', registry, view.set, width .. ' ' .. view.expires_at)
  end
end

-- Carries out a change of one view. Returns how many entries changed, and whether the top did.
--
-- The top changes exactly if the first entry that appears or goes ranks no later than the last entry of the old top. A
-- view without that many entries is all top.
local function apply(view, change, top_size, channel)
  if not change.values[1] and not change.added[1] and not change.removed[1] then
    return 0, false
  end
  local edge = redis.call('ZRANGE', view.set, top_size - 1, top_size - 1, 'WITHSCORES')
  if not edge[1] then
    register_view(view.registry, view, view.width)
  end
  in_chunks('ZADD', view.set, change.added)
  in_chunks('ZREM', view.set, change.removed) -- Last: a set that is empty in between would lose its expiry.
  in_chunks('HSET', view.hash, change.values)
  if not edge[1] and view.expires_at ~= '0' then
    redis.call('EXPIREAT', view.set, view.expires_at)
    redis.call('EXPIREAT', view.hash, view.expires_at)
  end
  local top_changed = change.first_key ~= nil
    and not (edge[1] and outranks(tonumber(edge[2]), edge[1], change.first_key, change.first_member))
  if top_changed then
    drop_top(view, channel)
  end
  return #change.added / 2, top_changed
end

-- Folds so many arguments of groups, beginning at this key and argument, into the views of a generation: its registry and
-- its plays. Returns the number of entries and of tops that changed, and the key after the last one.
local function fold_groups(generation, keys, key, arguments, argument, last, top_size, channel)
  local entries_changed, tops_changed = 0, 0
  while argument <= last do
    local how, width = FOLDS[arguments[argument]], tonumber(arguments[argument + 1])
    local count = tonumber(arguments[argument + 2])
    local plays = how.gather(arguments[argument + count + 3], width)
    for i = 1, count do
      local view = { set = keys[key], hash = keys[key + 1], version = keys[key + 2], top = keys[key + 3] }
      view.expires_at, view.registry, view.width = arguments[argument + 2 + i], generation.registry, width
      local changed, top_changed = apply(view, how.changes(view, width, plays), top_size, channel)
      entries_changed = entries_changed + changed
      tops_changed = tops_changed + (top_changed and 1 or 0)
      key = key + 4
    end
    if how.remember then
      how.remember(generation.plays, plays)
    end
    argument = argument + count + 4
  end
  return { entries_changed, tops_changed }, key
end
