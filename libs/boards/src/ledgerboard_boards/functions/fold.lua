-- The write path: fold an envelope's facts into their views, all of them or none.

-- What a mark says. An envelope was added to totals once its mark is there, unless that says SETTLED. Its message is
-- deleted once it is ACKNOWLEDGED, the submissions that it was made of once it is SETTLED. One that is KEPT heeds no word.
local SETTLED, ADDED, ADDED_ACKNOWLEDGED, ADDED_SETTLED, FINISHED, KEPT =
  'settled', 'added', 'added acknowledged', 'added settled', 'finished', 'kept'

-- Marks an envelope as added, or as KEPT, and tells whether it was before. One that comes again lives again: its mark
-- stands for the whole time anew, and what was told of its former life is forgotten; but a KEPT one stays so.
local function added_before(mark, seconds, says)
  local known = redis.call('SET', mark, says, 'GET', 'EX', seconds)
  if known == KEPT then
    redis.call('SET', mark, KEPT, 'KEEPTTL')
  elseif known == SETTLED and says == ADDED then
    redis.call('SET', mark, ADDED_SETTLED, 'KEEPTTL')
  end
  return known and known ~= SETTLED
end

-- What a mark says after a word, by the word and by what it says before. Where nothing stands, nothing changes.
local AFTER = {
  acknowledged = { [ADDED] = ADDED_ACKNOWLEDGED, [ADDED_SETTLED] = FINISHED },
  settled = { [ADDED] = ADDED_SETTLED, [ADDED_ACKNOWLEDGED] = FINISHED },
  kept = { [ADDED] = KEPT, [ADDED_ACKNOWLEDGED] = KEPT, [ADDED_SETTLED] = KEPT, [FINISHED] = KEPT, [KEPT] = KEPT },
}

-- KEYS: a mark. ARGV: the word 'acknowledged', 'settled' or 'kept', how many seconds a mark stands, and how many a
-- finished one. Safe to repeat, and in any order. A word that overtakes the facts waits for them, and keeps none from
-- being added. Returns whether the word changed or confirmed what it says.
local function tell_mark(keys, arguments)
  local mark, word = keys[1], arguments[1]
  local says = redis.call('GET', mark)
  if not says and word == 'settled' then
    redis.call('SET', mark, SETTLED, 'EX', arguments[2])
    return 0
  end
  local after = AFTER[word][says]
  if after == KEPT then
    redis.call('SET', mark, KEPT, 'EX', arguments[2])
  elseif after then
    redis.call('SET', mark, after, 'KEEPTTL')
  end
  if after == FINISHED then
    redis.call('EXPIRE', mark, arguments[3], 'LT')
  end
  return after and 1 or 0
end

-- KEYS: state; registry and plays of the generation; the envelope's mark, if it leaves one; then set, hash, version and
-- top of each view. ARGV: version of the state, number of the generation, size of the top, channel of tops, channel of
-- envelopes, the envelope's id, how many seconds its mark stands (0: it leaves none), what the mark says; then for each
-- group of facts that go into the same views: the fold, bytes of a member's prefix, the number of views, when each
-- expires (Unix time, 0 for never), the facts. Returns the number of entries and of tops that changed, or nothing where
-- the state is another: then nothing is written.
--
-- Sums must see each envelope once: one that was added before changes nothing. An envelope is announced once readers see
-- it, so by the live generation.
local function fold(keys, arguments)
  local state = redis.call('HMGET', keys[1], 'version', 'live')
  if state[1] ~= arguments[1] then
    return false
  end
  local generation, changed, first_view = { registry = keys[2], plays = keys[3] }, { 0, 0 }, 4
  local repeated = false
  if arguments[7] ~= '0' then
    repeated, first_view = added_before(keys[4], arguments[7], arguments[8]), 5
  end
  if not repeated then
    local top_size = tonumber(arguments[3])
    changed = fold_groups(generation, keys, first_view, arguments, 9, #arguments, top_size, arguments[4])
  end
  if state[2] == arguments[2] then
    redis.call('PUBLISH', arguments[5], arguments[6])
  end
  return changed
end

redis.register_function('ledgerboard_fold_@VERSION@', fold)
redis.register_function('ledgerboard_tell_mark_@VERSION@', tell_mark)
