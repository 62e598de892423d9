import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLDateTimeISO } from 'graphql-scalars';

const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The scalar `DateTime`, told as text in UTC. One that is such a text already is told as it is, not read and written anew. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  serialize: (value) =>
    typeof value === 'string' && utc.test(value) ? value : GraphQLDateTimeISO.serialize(value),
});
