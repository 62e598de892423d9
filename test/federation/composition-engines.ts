import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithGuild } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { print, type DocumentNode } from 'graphql';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

interface Composition {
  readonly errors: readonly string[];
  /** Hints of every level, and the first line of each warning. */
  readonly remarks: readonly string[];
  readonly supergraph: string;
}

/** The composition of Apollo, Hive and Cosmo. */
export const engines = {
  '@apollo/composition': (subgraphs) => {
    const { errors = [], hints = [], supergraphSdl = '' } = composeWithApollo(subgraphs);
    return {
      errors: errors.map(({ message }) => message),
      remarks: hints.map(
        ({ definition: { level, code }, coordinate }) => `${level.name} ${code} ${coordinate}`,
      ),
      supergraph: supergraphSdl,
    };
  },
  '@theguild/federation-composition': (subgraphs) => {
    const { errors = [], supergraphSdl = '' } = composeWithGuild(subgraphs);
    return { errors: errors.map(({ message }) => message), remarks: [], supergraph: supergraphSdl };
  },
  '@wundergraph/composition': (subgraphs) => {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ typeDefs, ...subgraph }) => ({ ...subgraph, definitions: typeDefs })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    return {
      errors: result.success ? [] : result.errors.map(({ message }) => message),
      remarks: result.warnings.map(({ message }) => message.split('\n')[0]!),
      supergraph: result.success ? print(result.federatedGraphAST) : '',
    };
  },
} satisfies Record<string, (subgraphs: Subgraph[]) => Composition>;

export type Engine = keyof typeof engines;
