import { graphql, type DocumentType } from './gql/index.ts';

/** One page of a folder. Group, space, rows and thumbnails are one request. */
export const ListFolder = graphql(`
  query ListFolder(
    $openConversationId: ID!
    $parentId: ID!
    $orderBy: DentryOrder!
    $first: Int!
    $after: String
  ) {
    conversationSpace(openConversationId: $openConversationId) {
      spaceId
      dentries(parentId: $parentId, orderBy: $orderBy, first: $first, after: $after) {
        edges {
          node {
            spaceId
            dentryId
            type
            name
            path
            size
            version
            readOnly
            createTime
            modifiedTime
            thumbnail {
              url
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** A link is a credential that soon ends: asked for when a person wants it, never before. */
export const OpenPreview = graphql(`
  query OpenPreview($spaceId: ID!, $dentryId: ID!) {
    dentry(spaceId: $spaceId, dentryId: $dentryId) {
      spaceId
      dentryId
      preview {
        url
      }
    }
  }
`);

type Space = NonNullable<DocumentType<typeof ListFolder>['conversationSpace']>;
/** A file or a folder, as a row shows it. */
export type Dentry = NonNullable<Space['dentries']>['edges'][number]['node'];
