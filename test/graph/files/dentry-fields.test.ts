import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type GatewayUnderTest } from '../../support/start-gateway.ts';
import { callsSeen, exampleSpace } from './calls.ts';

const fields = `spaceId dentryId uuid parentId type name path extension size version status category storageDriver
  readOnly creatorId modifierId createTime modifiedTime`;
const one = `query ($id: ID!) { dentry(spaceId: "${exampleSpace}", dentryId: $id) { ${fields} } }`;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** What most rows of the example have in common. */
const row = {
  spaceId: exampleSpace,
  parentId: '0',
  type: 'FILE',
  version: 1,
  status: 'NORMAL',
  category: null,
  storageDriver: 'DINGTALK',
  readOnly: false,
  creatorId: 'chyxxxxx',
  modifierId: 'chyxxxxx',
  createTime: '2022-01-01T10:00:00.000Z',
};
const folder = { ...row, type: 'FOLDER', extension: null, size: null, version: null };
const short = '2022-07-29T14:55:00.000Z';
const java = '2026-03-06T08:33:28.000Z';

const dentries = {
  'the root, which has no parent': {
    ...folder,
    dentryId: '0',
    uuid: '6a560d0741b6d95f9256ccd3b989e8a0',
    parentId: null,
    name: '根目录 Root',
    path: '/',
    modifiedTime: '2022-01-01T10:00:00.000Z',
  },
  'a folder, without size, version and extension': {
    ...folder,
    dentryId: '1001',
    uuid: '2b8c41c15524187ff3d9fc708afc1a7b',
    name: '合同 Contracts',
    path: '/合同 Contracts',
    modifiedTime: '2022-01-01T10:00:00.000Z',
  },
  'a document with versions, and properties of apps as a map': {
    ...row,
    dentryId: '2001',
    uuid: '28e5377426f3607e5c2090bf339fe838',
    name: '项目计划 Project plan.docx',
    path: '/项目计划 Project plan.docx',
    extension: 'docx',
    size: 24_576,
    version: 2,
    modifiedTime: '2022-01-04T10:00:00.000Z',
  },
  'times without seconds, and a code beside a success': {
    ...row,
    dentryId: '2002',
    uuid: 'fd6cf07a2e04dc59ce58842702421951',
    parentId: '1002',
    name: '团队合影 Team photo.png',
    path: '/Photos 照片/团队合影 Team photo.png',
    extension: 'png',
    size: 2_359_296,
    createTime: short,
    modifiedTime: short,
  },
  'times in Java’s form, and a size beyond an Int': {
    ...row,
    dentryId: '2003',
    uuid: '259f6bd25bba951616a433effda5d988',
    parentId: '1002',
    name: '发布会 Launch.mp4',
    path: '/Photos 照片/发布会 Launch.mp4',
    extension: 'mp4',
    size: 3_221_225_472,
    createTime: java,
    modifiedTime: java,
  },
  'a voice note': {
    ...row,
    dentryId: '2004',
    uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
    name: '会议录音 Meeting.m4a',
    path: '/会议录音 Meeting.m4a',
    extension: 'm4a',
    size: 7_340_032,
    storageDriver: 'SHANJI',
    modifiedTime: '2022-01-07T10:00:00.000Z',
  },
  'a file that nobody may change': {
    ...row,
    dentryId: '2006',
    uuid: '06153ddef80843140e0cd0a8027e91ab',
    name: '官网 Website.url',
    path: '/官网 Website.url',
    extension: 'url',
    size: 128,
    readOnly: true,
    modifiedTime: '2022-01-09T10:00:00.000Z',
  },
  'an online document of no bytes': {
    ...row,
    dentryId: '2007',
    uuid: 'a1bdb49daf75ca16514c52b023347de5',
    name: '需求文档 Requirements.adoc',
    path: '/需求文档 Requirements.adoc',
    extension: 'adoc',
    size: 0,
    storageDriver: 'ALIDOC',
    modifiedTime: '2022-01-10T10:00:00.000Z',
  },
  'properties of apps as a list': {
    ...row,
    dentryId: '2010',
    uuid: 'cadea8b6a9e830c6f5e734007a00081d',
    parentId: '1003',
    name: '扫描件 Scan.pdf',
    path: '/合同 Contracts/2022/扫描件 Scan.pdf',
    extension: 'pdf',
    size: 1_048_576,
    version: 3,
    modifiedTime: '2022-01-13T10:00:00.000Z',
  },
  'a type in lower case': {
    ...row,
    dentryId: '2011',
    uuid: '6e7f4a8700cac54f30e3191800d32610',
    name: 'readme.txt',
    path: './readme.txt',
    extension: 'txt',
    size: 512,
    modifiedTime: '2022-01-14T10:00:00.000Z',
  },
  'a status that DingTalk does not document': {
    ...row,
    dentryId: '2012',
    uuid: '5625907bc498027d02727a0795b31422',
    parentId: '1001',
    name: '模型 Model.glb',
    path: '/合同 Contracts/模型 Model.glb',
    extension: 'glb',
    size: 65_536,
    status: 'UNKNOWN',
    modifiedTime: '2022-01-15T10:00:00.000Z',
  },
};

test.each(Object.entries(dentries))('reads %s', async (_shows, dentry) => {
  gateway.upstream.clearCalls();

  const { body } = await gateway.query(one, { id: dentry.dentryId });

  expect(body).toEqual({ data: { dentry } });
  expect(callsSeen(gateway)).toEqual([`dentriesBatch ${exampleSpace} {"dentryIds":["${dentry.dentryId}"]}`]);
});

test('a size that JavaScript cannot hold is null, with an error of its own', async () => {
  const { body } = await gateway.query(one, { id: '2005' });

  expect(body).toEqual({
    data: {
      dentry: {
        ...row,
        dentryId: '2005',
        uuid: 'e9a79ad7e36dfc734fa2ef54c8f78f90',
        parentId: '1003',
        name: '备份 Backup.zip',
        path: '/合同 Contracts/2022/备份 Backup.zip',
        extension: 'zip',
        size: null,
        modifiedTime: '2022-01-08T10:00:00.000Z',
      },
    },
    errors: [
      {
        message: 'DingTalk sent a malformed answer: try again later.',
        locations: [expect.anything()],
        path: ['dentry', 'size'],
        extensions: { code: 'UPSTREAM_MALFORMED_RESPONSE', retryable: true },
      },
    ],
  });
});
