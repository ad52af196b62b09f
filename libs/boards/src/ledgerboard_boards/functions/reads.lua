-- What the reads share: they write nothing, see one moment, and refuse a view that was let go or is not live.

-- Whether readers are to see this generation. 0 is that of a board without any; one that has generations, though none is
-- live, was lost, and is no empty board.
local function is_live(state, generation)
  local live = redis.call('HGET', state, 'live')
  if live then
    return live == generation
  end
  return generation == '0' and redis.call('EXISTS', state) == 0
end

-- Whether a view that expires at this Unix time (0: never) is past it. The server's own clock decides, because it is
-- the one that lets the keys go: no reader can find them gone and take the view for an empty one.
local function expired(expires_at)
  return expires_at ~= '0' and tonumber(redis.call('TIME')[1]) >= tonumber(expires_at)
end

local EXPIRED = { err = 'EXPIRED this view was let go' }
local NOT_LIVE = { err = 'NOTLIVE this generation is not the one that is read' }
local TOO_DEEP = { err = 'TOODEEP more distinct scores are better than one read may count' }

-- Registers a function that a replica may serve. KEYS[1] is the board's state, ARGV[1] the view's generation, ARGV[2] when
-- the view expires.
local function register_read(name, read)
  redis.register_function({
    function_name = 'ledgerboard_' .. name .. '_@VERSION@',
    callback = function(keys, arguments)
      if not is_live(keys[1], arguments[1]) then
        return NOT_LIVE
      end
      if expired(arguments[2]) then
        return EXPIRED
      end
      return read(keys, arguments)
    end,
    flags = { 'no-writes' },
  })
end

-- Entries from rank `start` up to, not including, `stop`, as member, key, member, key.
local function entries(set, start, stop)
  if stop <= start then
    return {}
  end
  return redis.call('ZRANGE', set, start, stop - 1, 'WITHSCORES')
end

-- Up to this a key holds a score exactly; only beyond it the residue, the first bytes of a sum's member, has a say.
local EXACT = 9007199254740992

-- A score as entries hold it. Keys stay the text that Redis wrote.
local function score_of(key, member, residue_bytes)
  return { key = key, residue = string.sub(member, 1, residue_bytes) }
end

local function is_plain(score)
  return score.residue == '' or math.abs(tonumber(score.key)) < EXACT
end

-- How many entries rank before (key, member), and how many steps it took to find out. Among equal keys the members' order
-- decides, found by bisection.
local function count_before(set, key, member)
  local low, high = redis.call('ZCOUNT', set, '-inf', '(' .. key), redis.call('ZCOUNT', set, '-inf', key)
  local steps = 1
  while low < high do
    steps = steps + 1
    local middle = math.floor((low + high) / 2)
    if precedes(redis.call('ZRANGE', set, middle, middle)[1], member) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low, steps
end

-- How many entries have a better score.
local function count_better(set, score)
  if is_plain(score) then
    return redis.call('ZCOUNT', set, '-inf', '(' .. score.key)
  end
  return (count_before(set, score.key, score.residue))
end

-- How many entries have a better score or the same, and how many steps it took. No time column is as great as the one that
-- is put here.
local function step_through(set, score)
  if is_plain(score) then
    return redis.call('ZCOUNT', set, '-inf', score.key), 1
  end
  return count_before(set, score.key, score.residue .. string.rep('\255', 8))
end

local function count_through(set, score)
  return (step_through(set, score))
end

-- Counts the distinct scores among the first entries, in one step for each or, beyond exact keys, in some: at most `limit`
-- steps, then nil for good. Asked for ever more entries it goes on where it stopped.
local function distinct_counter(set, options)
  local count, place, left = 0, 0, options.limit
  return function(entry_count)
    while place < entry_count do
      if left < 1 then
        return nil
      end
      local entry, steps = redis.call('ZRANGE', set, place, place, 'WITHSCORES'), nil
      place, steps = step_through(set, score_of(entry[2], entry[1], options.residue_bytes))
      count, left = count + 1, left - steps
    end
    return count
  end
end

-- The rank of an entry as the ranking has it; nil where it is too deep to count.
local function shared_rank(set, options, rank, score, count_distinct)
  if options.ranking == 'competition' then
    return count_better(set, score)
  elseif options.ranking == 'dense' then
    return count_distinct(count_better(set, score))
  end
  return rank
end

-- What every read of entries takes as its first arguments: the generation, when the view expires, the ranking, the most
-- steps in which to count distinct scores, bytes of the residue, bytes of a prefix. FIRST is the first argument of its own.
local FIRST = 7
local function options_of(arguments)
  return {
    ranking = arguments[3],
    limit = tonumber(arguments[4]),
    residue_bytes = tonumber(arguments[5]),
    prefix_bytes = tonumber(arguments[6]),
  }
end
