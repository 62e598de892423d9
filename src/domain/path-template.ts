/** The path of an endpoint with the name of each id in its place, such as `/v1.0/storage/spaces/{spaceId}`. */
export function pathTemplate(pathOf: (input: never) => string): string {
  const names = new Proxy({}, { get: (_target, name) => `{${String(name)}}` });
  return decodeURIComponent(pathOf(names as never));
}
