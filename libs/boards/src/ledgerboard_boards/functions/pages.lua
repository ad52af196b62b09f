-- Pages: consecutive entries, found by rank, by score, or around one place.
--
-- Each returns the number of all entries, the rank of the first row, the same in the ranking asked for, the rows, and
-- last what the kind of page adds.

local function rows(set, options, start, stop, extra)
  local found, shared = entries(set, start, stop), start
  if found[1] then
    local score = score_of(found[2], found[1], options.residue_bytes)
    shared = shared_rank(set, options, start, score, distinct_counter(set, options))
  end
  return shared and { redis.call('ZCARD', set), start, shared, found, extra } or TOO_DEEP
end

-- Rows around a place: `size` of them from `start` on, moved so that they fit, fewer only where the view has fewer.
local function rows_around(set, options, place, start, size)
  local first = math.max(0, math.min(start, redis.call('ZCARD', set) - size))
  return rows(set, options, first, first + size, place - first)
end

-- KEYS: state, set. ARGV: start, stop. A negative start counts from the end and takes everything from there on.
local function page(keys, arguments)
  local start, stop = tonumber(arguments[FIRST]), tonumber(arguments[FIRST + 1])
  if start < 0 then
    local total = redis.call('ZCARD', keys[2])
    start, stop = math.max(0, total + start), total
  end
  return rows(keys[2], options_of(arguments), start, stop, 0)
end

-- KEYS: state, set. ARGV: key and residue of the best score, the same of the worst, offset, count. Adds the number of entries
-- in the range.
local function score_page(keys, arguments)
  local best = { key = arguments[FIRST], residue = arguments[FIRST + 1] }
  local worst = { key = arguments[FIRST + 2], residue = arguments[FIRST + 3] }
  local offset, count = tonumber(arguments[FIRST + 4]), tonumber(arguments[FIRST + 5])
  local first = count_better(keys[2], best)
  local last = math.max(first, count_through(keys[2], worst))
  local start = first + offset
  return rows(keys[2], options_of(arguments), start, math.min(start + count, last), last - first)
end

-- KEYS: state, set, hash. ARGV: player, rows on each side. Adds the player's place among the rows. Returns nothing for an
-- unknown player.
local function around_player(keys, arguments)
  local options, player, side = options_of(arguments), arguments[FIRST], tonumber(arguments[FIRST + 1])
  local prefix = redis.call('HGET', keys[3], player)
  local rank = prefix and redis.call('ZRANK', keys[2], string.sub(prefix, 1, options.prefix_bytes) .. player)
  return rank and rows_around(keys[2], options, rank, rank - side, 2 * side + 1)
end

-- KEYS: state, set. ARGV: key and residue, rows on each side. Adds where an entry of that score would be inserted.
local function around_score(keys, arguments)
  local side = tonumber(arguments[FIRST + 2])
  local rank = count_through(keys[2], { key = arguments[FIRST], residue = arguments[FIRST + 1] })
  return rows_around(keys[2], options_of(arguments), rank, rank - side, 2 * side)
end

register_read('page', page)
register_read('score_page', score_page)
register_read('around_player', around_player)
register_read('around_score', around_score)
