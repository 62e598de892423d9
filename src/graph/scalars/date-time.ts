import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLDateTimeISO } from 'graphql-scalars';

const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The scalar `DateTime`, serialized in UTC. A text in that form is passed on without being parsed again. */
export const DateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  serialize: (value) =>
    typeof value === 'string' && utc.test(value) ? value : GraphQLDateTimeISO.serialize(value),
});
