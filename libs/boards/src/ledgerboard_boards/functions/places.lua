-- Places: where single players stand, or would stand.

-- The entries of those players who have one, best first. The hash may outlive an entry that was lost.
local function places_of(keys, options, players)
  local prefixes = in_chunks('HMGET', keys[3], players)
  local found = {}
  for i = 1, #players do
    local prefix = prefixes[i] and string.sub(prefixes[i], 1, options.prefix_bytes)
    local key = prefix and redis.call('ZSCORE', keys[2], prefix .. players[i])
    if key then
      local rank, score = redis.call('ZRANK', keys[2], prefix .. players[i]), score_of(key, prefix, options.residue_bytes)
      found[#found + 1] = { index = i - 1, rank = rank, prefix = prefix, score = score }
    end
  end
  table.sort(found, function(a, b) return a.rank < b.rank end)
  return found
end

-- KEYS: state, set, hash. ARGV: players. Returns the number of all entries, and for each player who has one, best first: index
-- in the list, prefix, key, rank in the ranking asked for, number of better scores.
local function places(keys, arguments)
  local set, options, players = keys[2], options_of(arguments), {}
  for i = FIRST, #arguments do
    players[i - FIRST + 1] = arguments[i]
  end
  local count_distinct, told = distinct_counter(set, options), {}
  for i, place in ipairs(places_of(keys, options, players)) do
    local shared = shared_rank(set, options, place.rank, place.score, count_distinct)
    if not shared then
      return TOO_DEEP
    end
    told[i] = { place.index, place.prefix, place.score.key, shared, count_better(set, place.score) }
  end
  return { redis.call('ZCARD', set), told }
end

-- Takes a player's own entry out of what stands before a new one.
local function set_aside(set, own, before)
  if own.rank < before.ordinal then
    before.ordinal = before.ordinal - 1
  end
  if own.rank < before.competition then
    before.competition = before.competition - 1
    if before.dense and count_through(set, own.score) - count_better(set, own.score) == 1 then
      before.dense = before.dense - 1
    end
  end
end

-- KEYS: state, set, hash. ARGV: key, prefix, player, and the player whose own entry the new one would replace, or ''. Returns
-- what would be: rank, number of better scores, number of all entries.
local function hypothetical(keys, arguments)
  local set, options = keys[2], options_of(arguments)
  local key, prefix, player = arguments[FIRST], arguments[FIRST + 1], arguments[FIRST + 2]
  local better = count_better(set, score_of(key, prefix, options.residue_bytes))
  local before = {
    ordinal = (count_before(set, key, prefix .. player)),
    competition = better,
    dense = options.ranking == 'dense' and distinct_counter(set, options)(better),
  }
  local own = places_of(keys, options, { arguments[FIRST + 3] })[1]
  if own then
    set_aside(set, own, before)
  end
  local rank = before[options.ranking]
  return rank and { rank, before.competition, redis.call('ZCARD', set) + (own and 0 or 1) } or TOO_DEEP
end

register_read('places', places)
register_read('hypothetical', hypothetical)
