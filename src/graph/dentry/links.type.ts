import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars/date-time.ts';

@ObjectType({ description: 'A link that opens a file in a browser.', simpleResolvers: true })
export class PreviewLink {
  @Field(() => String, {
    description: 'Asks for a login to DingTalk. It ends after some minutes without use.',
  })
  url!: string;

  @Field(() => Boolean, { nullable: true, description: 'Whether the pages show a watermark.' })
  hasWatermark!: boolean | null;
}

@ObjectType({ description: 'One HTTP header.', simpleResolvers: true })
export class HttpHeader {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({
  description:
    'How to download a file: GET one of `urls` with exactly `headers`. Any other header of your own is refused, and a plain link does not work.',
  simpleResolvers: true,
})
export class Download {
  @Field(() => [String], { description: 'The first is the preferred one.' })
  urls!: readonly string[];

  @Field(() => [HttpHeader], { description: 'A signature: keep it secret.' })
  headers!: readonly HttpHeader[];

  @Field(() => DateTime, { description: 'When the signature ends.' })
  expiresAt!: string;

  @Field(() => String, { nullable: true, description: 'Where the bytes are.' })
  region!: string | null;
}
