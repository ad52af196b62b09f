-- A board's state: which generations it has, and which of them is live.

-- Registers a function that a full server carries out too: what frees memory, and what that takes. All other writes are
-- refused there as a whole.
local function register_relief(name, relief)
  redis.register_function({
    function_name = 'ledgerboard_' .. name .. '_@VERSION@', callback = relief, flags = { 'allow-oom' },
  })
end

-- A version that no state of this board ever had, even where later ones were lost: the clock is ahead of all of them.
local function version_after(version)
  local now = redis.call('TIME')
  return string.format('%.0f', math.max(version + 1, now[1] * 1000000 + now[2]))
end

-- Whether a moment (microseconds since 1970, or '' for never) is past. What a state says of the clocks holds up to one.
local function is_past(moment)
  local now = redis.call('TIME')
  return moment ~= '' and now[1] * 1000000 + now[2] > tonumber(moment)
end

-- Sets what a state says. ARGV: number and board version of the live generation or '' twice, the generations, channel.
-- Who keeps what was read of another generation is told, in the form in which tops are: version and key.
local function set_state(state, version, arguments)
  local live = arguments[1]
  local was_live = redis.call('HGET', state, 'live') or ''
  redis.call('HSET', state, 'version', version, 'generations', arguments[3])
  if live == '' then
    redis.call('HDEL', state, 'live', 'live_version')
  else
    redis.call('HSET', state, 'live', live, 'live_version', arguments[2])
  end
  if live ~= was_live then
    redis.call('PUBLISH', arguments[4], version .. ' ' .. state)
  end
end

-- KEYS: state. ARGV: as set_state, then up to when it may be done. Returns whether the board had none and it was.
local function create_state(keys, arguments)
  if redis.call('EXISTS', keys[1]) == 1 or is_past(arguments[5]) then
    return 0
  end
  set_state(keys[1], version_after(0), arguments)
  return 1
end

-- KEYS: state. ARGV: as create_state, then the version that is to be replaced. Returns whether it was that one, in time.
local function replace_state(keys, arguments)
  local expected = arguments[6]
  if redis.call('HGET', keys[1], 'version') ~= expected or is_past(arguments[5]) then
    return 0
  end
  set_state(keys[1], version_after(tonumber(expected)), arguments)
  return 1
end

redis.register_function('ledgerboard_create_state_@VERSION@', create_state)
register_relief('replace_state', replace_state)

-- KEYS: state. Returns the clock of the board's server: seconds since 1970, and microseconds.
redis.register_function({
  function_name = 'ledgerboard_clock_@VERSION@', callback = function() return redis.call('TIME') end,
  flags = { 'no-writes' },
})
