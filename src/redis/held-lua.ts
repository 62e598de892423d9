/**
 * Lua: what is held under a name. A value of another type is none (`WRONGTYPE`); any other error, such as a missing
 * permission, is that of the operation or script.
 */
export const getLua = `
local function get(name)
  local held = redis.pcall('GET', name)
  if type(held) ~= 'table' then return held end
  return not string.find(held.err, 'WRONGTYPE', 1, true) and redis.call('GET', name)
end
`;
