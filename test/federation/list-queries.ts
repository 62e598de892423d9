/** Lists in lists, all of them ours: groups, the rows of their spaces, and the rows of each folder among these. */
export const groupsWithFolders = `query ($ids: [ID!]!, $sizes: Boolean!, $plain: Boolean!) {
  groups: conversations(openConversationIds: $ids) { openConversationId space { ...root } }
}
fragment root on Space {
  spaceId
  root: dentries(first: 10, orderBy: { field: NAME, direction: ASC }) {
    nodes { ...row inside: children(first: 5, orderBy: { field: NAME, direction: ASC }) { rows: nodes { ...row } } }
  }
}
fragment row on Dentry { dentryId name size @include(if: $sizes) thumbnail @skip(if: $plain) { width } }`;

/** The same depth with three neighbours: rows of every level are references, and so are the first ones. */
export const chatsWithLabels = `query ($ids: [ID!]!, $labels: Boolean!) {
  chats(ids: $ids) { title space { label top: dentries(first: 4, orderBy: { field: NAME, direction: ASC }) { nodes { ...inTop } } } }
  pinned: pinnedFiles(dentryIds: ["2002", "gone", "1001"]) {
    ...named
    children(first: 3, orderBy: { field: NAME, direction: ASC }) { nodes { ...named thumbnail { width } } }
  }
}
fragment inTop on Dentry {
  ...named
  children(first: 2, orderBy: { field: NAME, direction: ASC }) { nodes { ...named parent { ...named } } }
}
fragment named on Dentry { name labels @include(if: $labels) }`;

/** What `chatsWithLabels` says of the group of the API page, of one that is gone, and of the first again. */
export function chatsWithLabelsAnswer(withLabels: boolean): object {
  const named = (name: string, ...labels: readonly string[]): object =>
    withLabels ? { name, labels } : { name };
  const photos = named('Photos 照片');
  const contracts = named('合同 Contracts');
  const example = {
    title: 'The example of the API page',
    space: {
      label: 'label of 798xxxxx',
      top: {
        nodes: [
          {
            ...photos,
            children: {
              nodes: [
                { ...named('发布会 Launch.mp4'), parent: photos },
                { ...named('团队合影 Team photo.png', 'team'), parent: photos },
              ],
            },
          },
          { ...named('readme.txt'), children: null },
          { ...named('会议录音 Meeting.m4a'), children: null },
          {
            ...contracts,
            children: {
              nodes: [
                { ...named('2022'), parent: contracts },
                { ...named('Setup 安装.exe'), parent: contracts },
              ],
            },
          },
        ],
      },
    },
  };
  return {
    chats: [example, { title: 'cid.conversationNotExist', space: null }, example],
    pinned: [
      { ...named('团队合影 Team photo.png', 'team'), children: null },
      null,
      {
        ...contracts,
        children: {
          nodes: [
            { ...named('2022'), thumbnail: null },
            { ...named('Setup 安装.exe'), thumbnail: null },
            { ...named('模型 Model.glb'), thumbnail: null },
          ],
        },
      },
    ],
  };
}
