interface MediaRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

const specificityOf = (range: MediaRange): number => (range.type === '*' ? 0 : range.subtype === '*' ? 1 : 2);

function parseQuality(parameters: readonly string[]): number {
  const written = parameters.map((parameter) => parameter.trim()).find((parameter) => /^q=/i.test(parameter));
  if (written === undefined) {
    return 1;
  }
  const quality = Number(written.slice('q='.length));
  return quality >= 0 && quality <= 1 ? quality : 0;
}

function parseMediaRange(text: string): MediaRange {
  const [mediaType = '', ...parameters] = text.split(';');
  const [type = '', subtype = ''] = mediaType.trim().toLowerCase().split('/');
  return { type, subtype, quality: parseQuality(parameters) };
}

/**
 * Tells how much an `Accept` header wants a media type: 0 (not at all) to 1.
 *
 * The most specific range that covers the type decides, whatever its place in the header. Parameters other than
 * `q` are ignored; an unreadable `q` counts as 0.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function acceptedQuality(accept: string, mediaType: string): number {
  const wanted = parseMediaRange(mediaType);
  const [decisive] = accept
    .split(',')
    .map(parseMediaRange)
    .filter(({ type, subtype }) =>
      type === '*'
        ? subtype === '*'
        : type === wanted.type && (subtype === '*' || subtype === wanted.subtype),
    )
    .toSorted((a, b) => specificityOf(b) - specificityOf(a));
  return decisive?.quality ?? 0;
}
