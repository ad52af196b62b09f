-- The write path: fold an envelope's facts into their views, all of them or none.
--
-- Sums must see each envelope once. An envelope that was added leaves a mark, which stands for a while. What the marks
-- stood for that are gone is bounded by a low-water mark beside them: an envelope without a mark that is later than it was
-- never added, and one that is not later may have been. Such a one is refused as ambiguous: the ledger has to decide.

local STALE, AMBIGUOUS = false, 'ambiguous' -- Why an envelope is refused. Then nothing was written.

-- What a mark of a release before said whose envelope was not added yet.
local NOT_ADDED = 'settled'

-- A moment in milliseconds since 1970, as text. Lua's own would lose digits.
local function to_digits(milliseconds)
  return string.format('%.0f', milliseconds)
end

local function now_in_milliseconds()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

-- Rounds up, so that what is noted of marks changes seldom. A low-water mark that is too high costs a question, no score.
local function rounded(milliseconds, step)
  return math.ceil(milliseconds / step) * step
end

-- The low-water mark of a generation's marks: the time of the latest envelope whose mark is gone, and when the last such
-- mark was made. Marks are noted by when they go, some sixteen moments for all that stand; what went since is summed up.
local function low_water(added, now)
  local known = redis.call('HMGET', added, 'time', 'made', 'next')
  local time, made = tonumber(known[1] or '-1'), tonumber(known[2] or '-1')
  if not known[3] or tonumber(known[3]) > now then
    return time, made
  end
  local fields, next_goes = redis.call('HGETALL', added), nil
  for i = 1, #fields, 2 do
    local goes = tonumber(string.match(fields[i], '^goes:(%d+)$'))
    if goes and goes <= now then
      local latest, last = string.match(fields[i + 1], '^(%d+) (%d+)$')
      time, made = math.max(time, tonumber(latest)), math.max(made, tonumber(last))
      redis.call('HDEL', added, fields[i])
    elseif goes then
      next_goes = math.min(next_goes or goes, goes)
    end
  end
  redis.call('HSET', added, 'time', to_digits(time), 'made', to_digits(made))
  if next_goes then
    redis.call('HSET', added, 'next', to_digits(next_goes))
  else
    redis.call('HDEL', added, 'next')
  end
  return time, made
end

-- Notes that the mark of an envelope of `time`, made now, goes after `stands` milliseconds: or a little before.
local function note_mark(added, now, time, stands)
  local width = math.max(1, math.floor(stands / 16))
  local goes = math.floor((now + stands) / width) * width
  local field, step = 'goes:' .. to_digits(goes), math.min(width, 1000)
  local noted = redis.call('HMGET', added, field, 'next')
  local latest, last = string.match(noted[1] or '', '^(%d+) (%d+)$')
  latest, last = tonumber(latest or '-1'), tonumber(last or '-1')
  if time > latest or now > last then
    local says = to_digits(math.max(latest, rounded(time, step))) .. ' ' .. to_digits(rounded(now, step))
    redis.call('HSET', added, field, says)
  end
  if not noted[2] or tonumber(noted[2]) > goes then
    redis.call('HSET', added, 'next', to_digits(goes))
  end
end

-- A generation from before there were low-water marks: its marks stood a quarter of an hour at least.
local function adopt_marks(added, registry, now)
  if redis.call('EXISTS', added) == 0 and redis.call('EXISTS', registry) == 1 then
    local then_ = now - 15 * 60 * 1000
    redis.call('HSET', added, 'time', to_digits(then_ + 60 * 1000), 'made', to_digits(then_))
  end
end

-- Whether an envelope of `time`, which cannot have been added before `since`, was added: true, false, or AMBIGUOUS.
-- What was not is marked for `stands` milliseconds.
local function added_before(generation, mark, time, since, stands)
  local added, now = generation.added, now_in_milliseconds()
  adopt_marks(added, generation.registry, now)
  local says = redis.call('GET', mark)
  local is_known = says and says ~= NOT_ADDED
  if not is_known then
    local low_time, low_made = low_water(added, now)
    if time <= low_time and since <= low_made then
      return AMBIGUOUS
    end
  end
  redis.call('SET', mark, 'added', 'PX', to_digits(stands))
  note_mark(added, now, time, stands)
  return is_known
end

-- Whether a part of a page of the ledger was added: all pages up to a cursor were, since they come in the order of ids.
local function page_added_before(generation, part, cursor)
  local field = 'page:' .. part
  local reached = redis.call('HGET', generation.added, field)
  if reached and not precedes(reached, cursor) then
    return true
  end
  redis.call('HSET', generation.added, field, cursor)
  return false
end

-- KEYS: state; registry, plays and `added` of the generation; the envelope's mark, if it leaves one; then set, hash,
-- version and top of each view. ARGV: version of the state, number of the generation, size of the top, channel of tops,
-- channel of envelopes, the envelope's id; how repeats are known ('mark', 'page' or '': the fold forgives them) and three
-- arguments for it: time of the envelope, since when it can have been added, how long its mark stands (milliseconds), or
-- part, cursor and ''; then for each group of facts that go into the same views: the fold, bytes of a member's prefix, the
-- number of views, when each expires (Unix time, 0 for never), the facts. Returns the number of entries and of tops that
-- changed, STALE where the state is another, or AMBIGUOUS.
--
-- An envelope that was added before changes nothing. It is announced once readers see it, so by the live generation.
local function fold(keys, arguments)
  local state = redis.call('HMGET', keys[1], 'version', 'live')
  if state[1] ~= arguments[1] then
    return STALE
  end
  local generation = { registry = keys[2], plays = keys[3], added = keys[4] }
  local repeated, first_view, changed = false, 5, { 0, 0 }
  if arguments[7] == 'mark' then
    repeated, first_view = added_before(generation, keys[5], tonumber(arguments[8]), tonumber(arguments[9]),
      tonumber(arguments[10])), 6
  elseif arguments[7] == 'page' then
    repeated = page_added_before(generation, arguments[8], arguments[9])
  end
  if repeated == AMBIGUOUS then
    return AMBIGUOUS
  end
  if not repeated then
    local top_size = tonumber(arguments[3])
    changed = fold_groups(generation, keys, first_view, arguments, 11, #arguments, top_size, arguments[4])
  end
  if state[2] == arguments[2] then
    redis.call('PUBLISH', arguments[5], arguments[6])
  end
  return changed
end

redis.register_function('ledgerboard_fold_@VERSION@', fold)
