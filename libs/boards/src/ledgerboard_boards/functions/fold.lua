-- The write path: fold an envelope's facts into their views, all of them or none.

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

-- Carries out a change of one view. Returns how many entries changed, and whether the top did.
--
-- The top changes exactly if the first entry that appears or goes ranks no later than the last entry of the old top. A
-- view without that many entries is all top.
local function apply(view, change, top_size, channel)
  if not change.values[1] and not change.added[1] then
    return 0, false
  end
  local edge = redis.call('ZRANGE', view.set, top_size - 1, top_size - 1, 'WITHSCORES')
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

-- Folds the groups that begin at this key and argument. Returns the number of entries and of tops that changed.
local function fold_groups(keys, key, arguments, argument, top_size, channel)
  local entries_changed, tops_changed = 0, 0
  while arguments[argument] do
    local how, width = FOLDS[arguments[argument]], tonumber(arguments[argument + 1])
    local count = tonumber(arguments[argument + 2])
    local plays = how.gather(arguments[argument + count + 3], width)
    for i = 1, count do
      local view = { set = keys[key], hash = keys[key + 1], version = keys[key + 2], top = keys[key + 3] }
      view.expires_at = arguments[argument + 2 + i]
      local changed, top_changed = apply(view, how.changes(view, width, plays), top_size, channel)
      entries_changed = entries_changed + changed
      tops_changed = tops_changed + (top_changed and 1 or 0)
      key = key + 4
    end
    argument = argument + count + 4
  end
  return { entries_changed, tops_changed }
end

-- What a mark says. An envelope was added to totals once its mark is there, unless that says SETTLED. Its message is
-- deleted once it is ACKNOWLEDGED, the submissions that it was made of once it is SETTLED.
local SETTLED, ADDED, ADDED_ACKNOWLEDGED, ADDED_SETTLED, FINISHED =
  'settled', 'added', 'added acknowledged', 'added settled', 'finished'

-- Marks an envelope as added, and tells whether it was before. One that comes again lives again: its mark stands for the
-- whole time anew, and what was told of its former life is forgotten.
local function added_before(mark, seconds)
  local known = redis.call('SET', mark, ADDED, 'GET', 'EX', seconds)
  if known == SETTLED then
    redis.call('SET', mark, ADDED_SETTLED, 'KEEPTTL')
  end
  return known and known ~= SETTLED
end

-- What a mark says after a word, by the word and by what it says before. Where nothing stands, nothing changes.
local AFTER = {
  acknowledged = { [ADDED] = ADDED_ACKNOWLEDGED, [ADDED_SETTLED] = FINISHED },
  settled = { [ADDED] = ADDED_SETTLED, [ADDED_ACKNOWLEDGED] = FINISHED },
}

-- KEYS: a mark. ARGV: the word 'acknowledged' or 'settled', how many seconds a mark stands, and how many a finished one.
-- Safe to repeat, and in either order. A word that overtakes the facts waits for them, and keeps none from being added.
local function tell_mark(keys, arguments)
  local mark, word = keys[1], arguments[1]
  local says = redis.call('GET', mark)
  if not says and word == 'settled' then
    redis.call('SET', mark, SETTLED, 'EX', arguments[2])
    return
  end
  local after = AFTER[word][says]
  if after then
    redis.call('SET', mark, after, 'KEEPTTL')
  end
  if after == FINISHED then
    redis.call('EXPIRE', mark, arguments[3], 'LT')
  end
end

-- KEYS: the envelope's mark, if it leaves one; then set, hash, version and top of each view. ARGV: size of the top,
-- channel of tops, channel of envelopes, the envelope's id, how many seconds its mark stands (0: it leaves none); then
-- for each group of facts that go into the same views: the fold, bytes of a member's prefix, the number of views, when
-- each expires (Unix time, 0 for never), the facts. Returns the number of entries and of tops that changed.
--
-- Sums must see each envelope once: one that was added before changes nothing.
local function fold(keys, arguments)
  local top_size, channel, mark_seconds = tonumber(arguments[1]), arguments[2], arguments[5]
  local changed, first_view = { 0, 0 }, 1
  local repeated = false
  if mark_seconds ~= '0' then
    repeated, first_view = added_before(keys[1], mark_seconds), 2
  end
  if not repeated then
    changed = fold_groups(keys, first_view, arguments, 6, top_size, channel)
  end
  redis.call('PUBLISH', arguments[3], arguments[4])
  return changed
end

redis.register_function('ledgerboard_fold_@VERSION@', fold)
redis.register_function('ledgerboard_tell_mark_@VERSION@', tell_mark)
