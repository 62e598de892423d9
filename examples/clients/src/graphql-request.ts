import { request } from 'graphql-request';
import { text, type Gateway, type GroupAnswer, type GroupVariables } from './group.ts';

export const graphqlRequest = async ({ url, headers = {} }: Gateway, variables: GroupVariables) =>
  request<GroupAnswer>(url, text, variables, headers);
