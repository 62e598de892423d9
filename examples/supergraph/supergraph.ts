import { readFile } from 'node:fs/promises';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const files = {
  dingtalk: new URL('../../schema.graphql', import.meta.url),
  'chat-titles': new URL('neighbours/chat-titles.graphql', import.meta.url),
  'space-labels': new URL('neighbours/space-labels.graphql', import.meta.url),
  'file-labels': new URL('neighbours/file-labels.graphql', import.meta.url),
};

export type SubgraphName = keyof typeof files;

/** The supergraph SDL for the routers: all subgraphs composed, each with its URL. */
export async function composeSupergraph(urls: Readonly<Record<SubgraphName, string>>): Promise<string> {
  const services = await Promise.all(
    (Object.keys(files) as SubgraphName[]).map(async (name) => ({
      name,
      url: urls[name],
      typeDefs: parse(await readFile(files[name], 'utf8')),
    })),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The subgraphs do not compose');
  return supergraphSdl;
}
