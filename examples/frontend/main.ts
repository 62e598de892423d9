import { GatewayError } from './gateway-error.ts';
import { spaceOf } from './space-of.ts';

const endpoint = process.env['GATEWAY_URL'] ?? 'http://localhost:4000/graphql';
/** The example of DingTalk's API page, which the stand-in knows. */
const [openConversationId = 'cid9FTRQSLo+sKxxxx'] = process.argv.slice(2);

try {
  const answer = await spaceOf(openConversationId, { endpoint });
  switch (answer.kind) {
    case 'space': {
      const { spaceId, corpId, modifiedTime } = answer.space;
      const since = modifiedTime === null ? '' : `, last modified ${new Date(modifiedTime).toUTCString()}`;
      console.log(`The files of this group are in space ${spaceId} of organization ${corpId}${since}.`);
      break;
    }
    case 'no-such-group':
      console.log('There is no such group: check the id, case included.');
  }
} catch (error) {
  if (error instanceof GatewayError) console.error(`${error.code}: ${error.message}`);
  else console.error(`No gateway answers at ${endpoint}: run npm start first.`, error);
  process.exitCode = 1;
}
