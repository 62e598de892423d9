import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Directive, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { DingTalkError } from '../../errors/dingtalk-error.ts';
import type { GraphContext } from '../graph-context.ts';
import { LooksUp, type Known } from '../loading/looks-up.decorator.ts';
import { lookupCost, notCached, privateForAMinute } from '../scalars/directives.ts';
import { dentriesOf } from './dentry.args.ts';
import { Dentry, type DentryKey } from './dentry.type.ts';
import { downloadEndpoint } from './download.endpoint.ts';
import { Download, PreviewLink } from './links.type.ts';
import { previewEndpoint } from './preview.endpoint.ts';
import { thumbnailEndpoint, withoutThumbnail } from './thumbnail.endpoint.ts';
import { Thumbnail } from './thumbnail.type.ts';

const previewOf = (known: Known) =>
  dentriesOf(known).map(({ spaceId, dentryId }) => ({
    spaceId,
    dentryId,
    watermark: known['watermark'] === true,
  }));
const downloadOf = (known: Known) =>
  dentriesOf(known).map(({ spaceId, dentryId }) => ({
    spaceId,
    dentryId,
    version: typeof known['version'] === 'number' ? known['version'] : undefined,
  }));

/** What opens or shows a file. Links are credentials: they are looked up for each request. */
@Resolver(() => Dentry)
export class DentryLinksResolver {
  @FieldResolver(() => Thumbnail, {
    nullable: true,
    description: 'A small picture; null while there is none.',
  })
  @Directive(lookupCost)
  @Directive(privateForAMinute)
  @LooksUp(thumbnailEndpoint, dentriesOf)
  async thumbnail(
    @Root() { spaceId, dentryId, type }: DentryKey & Partial<Dentry>,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Thumbnail | null> {
    if (type === 'FOLDER') return null;
    try {
      return await load(thumbnailEndpoint, { spaceId, dentryId }, path);
    } catch (error) {
      // DingTalk may refuse the whole call so.
      if (error instanceof DingTalkError && withoutThumbnail.has(error.details.code ?? '')) return null;
      throw error;
    }
  }

  @FieldResolver(() => PreviewLink, {
    nullable: true,
    description: 'A link that opens it in a browser, after a login to DingTalk.',
  })
  @Directive(lookupCost)
  @Directive(notCached)
  @LooksUp(previewEndpoint, previewOf)
  async preview(
    @Root() { spaceId, dentryId }: DentryKey,
    @Arg('watermark', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Whether the pages of Word, Excel, PowerPoint and PDF files show a watermark.',
    })
    watermark: boolean | null,
    @Ctx() { load }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<PreviewLink> {
    return load(previewEndpoint, { spaceId, dentryId, watermark: watermark ?? false }, path);
  }

  @FieldResolver(() => Download, {
    nullable: true,
    description: 'How to download its bytes. Only where the gateway is an internal application.',
  })
  @Directive(lookupCost)
  @Directive(notCached)
  @LooksUp(downloadEndpoint, downloadOf)
  async download(
    @Root() { spaceId, dentryId }: DentryKey,
    @Arg('version', () => GraphQLSafeInt, { nullable: true, description: 'By default the latest one.' })
    version: number | null | undefined,
    @Ctx() { load, wallMs }: GraphContext,
    @Info() { path }: GraphQLResolveInfo,
  ): Promise<Download> {
    // Before the call: rather too early than too late.
    const askedAtMs = wallMs();
    const signed = await load(downloadEndpoint, { spaceId, dentryId, version: version ?? undefined }, path);
    return {
      urls: signed.urls,
      headers: Object.entries(signed.headers).map(([name, value]) => ({ name, value })),
      expiresAt: new Date(askedAtMs + signed.livesSeconds * 1000).toISOString(),
      region: signed.region,
    };
  }
}
