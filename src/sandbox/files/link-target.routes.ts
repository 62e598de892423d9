import { htmlAnswer, type Answer } from '../answer.ts';
import type { RoutedCall } from '../sandbox-route.ts';

/** `GET /thumbnails/{spaceId}/{dentryId}`: a grey picture with the id of its file. The url alone opens it. */
export function answerThumbnailImage({ params }: RoutedCall): Answer {
  const body = [
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">',
    '<rect width="320" height="240" fill="#ccc"/>',
    `<text x="160" y="125" text-anchor="middle">${harmless(params['dentryId'] ?? '')}</text>`,
    '</svg>\n',
  ].join('');
  return { status: 200, headers: { 'content-type': 'image/svg+xml' }, body };
}

/** `GET /previews/{spaceId}/{dentryId}`: the page behind a link to view or edit; it shows the options of the link. */
export function answerPreviewPage({ call, params }: RoutedCall): Answer {
  const options = Object.entries(call.query).map(([name, value]) => `${name}=${value}`);
  return htmlAnswer(200, harmless([params['dentryId'], ...options].join(' ')));
}

/** A text that is no markup, in whichever document it stands. */
const harmless = (text: string): string => text.replaceAll(/[<>&"']/g, '');
