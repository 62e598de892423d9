import { isObjectType, type GraphQLSchema } from 'graphql';
import { publicCodes, type PublicCode } from '../errors/codes.ts';
import { commonCodes } from '../errors/documented-codes.ts';
import { kinds } from '../errors/kinds.ts';
import { lookupOf, type Lookup } from './loading/looks-up.decorator.ts';

const common = new Set<PublicCode>(Object.values(commonCodes).map(({ kind }) => kinds[kind].code));

/** Adds the codes that only this lookup has to the description of each field that makes one. Changes `schema`. */
export function describeCodes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const codes = codesOf(lookupOf(field));
      if (codes.length === 0) continue;
      field.description = `${field.description ?? ''} Can fail with ${codes.join(', ')}.`.trimStart();
    }
  }
  return schema;
}

function codesOf(lookup: Lookup | undefined): readonly PublicCode[] {
  const refusals = Object.values(lookup?.endpoint.refusals ?? {});
  const codes = new Set(refusals.map(({ kind, code }) => code ?? kinds[kind].code));
  return [...codes].filter((code) => !common.has(code));
}

/** For `Query` as clients see it. A supergraph has one `Query` for all its subgraphs: this text is not part of `_service { sdl }`. */
export const queryDescription = `Every error has \`extensions.code\`:

${Object.entries(publicCodes)
  .map(([code, meaning]) => `- \`${code}\`: ${meaning}`)
  .join('\n')}`;
