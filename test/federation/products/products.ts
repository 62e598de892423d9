import 'reflect-metadata';
import { DirectiveLocation, GraphQLDirective, specifiedDirectives, type GraphQLSchema } from 'graphql';
import {
  Arg,
  buildSchema,
  Directive,
  Field,
  FieldResolver,
  Float,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { entitiesOf } from '../../../src/graph/federation/entities.ts';
import { asSubgraph } from '../../../src/graph/federation/subgraph.ts';
import { capErrors } from '../../../src/graph/limits/cap-errors.ts';
import { byIds, lookup } from '../../../src/graph/loading/looks-up.decorator.ts';
import type { Entity } from '../../../src/graph/operation.ts';
import { idKind } from '../../../src/graph/scalars/opaque-id.ts';
import {
  deprecatedProductEndpoint,
  deprecatedProducts,
  maker,
  productEndpoint,
  products,
} from './catalogue.ts';

@ObjectType({ simpleResolvers: true })
class ProductVariation {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
class ProductDimension {
  @Field(() => String, { nullable: true })
  size!: string;

  @Field(() => Float, { nullable: true })
  weight!: number;

  @Field(() => String, { nullable: true })
  @Directive('@inaccessible')
  unit!: string;
}

@ObjectType({ simpleResolvers: true })
class CaseStudy {
  @Field(() => ID)
  caseNumber!: string;

  @Field(() => String, { nullable: true })
  description!: string;
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "study { caseNumber }")')
class ProductResearch {
  @Field(() => CaseStudy)
  study!: CaseStudy;

  @Field(() => String, { nullable: true })
  outcome!: string | null;
}

@ObjectType({ simpleResolvers: true })
@Directive('@extends')
@Directive('@key(fields: "email")')
class User {
  @Field(() => ID)
  @Directive('@external')
  email!: string;

  @Field(() => Int, { nullable: true })
  @Directive('@external')
  totalProductsCreated!: number;

  @Field(() => Int)
  @Directive('@external')
  yearsOfEmployment!: number;
}

@ObjectType({ simpleResolvers: true })
@Directive('@custom')
@Directive('@key(fields: "id")')
@Directive('@key(fields: "sku package")')
@Directive('@key(fields: "sku variation { id }")')
class Product {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  sku!: string;

  @Field(() => String, { nullable: true })
  package!: string;

  @Field(() => ProductVariation, { nullable: true })
  variation!: ProductVariation;

  @Field(() => ProductDimension, { nullable: true })
  dimensions!: ProductDimension;

  @Field(() => User, { nullable: true })
  @Directive('@provides(fields: "totalProductsCreated")')
  createdBy!: User;

  @Field(() => String, { nullable: true })
  @Directive('@tag(name: "internal")')
  notes!: string | null;

  @Field(() => [ProductResearch])
  research!: ProductResearch[];
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "sku package")')
class DeprecatedProduct {
  @Field(() => String)
  sku!: string;

  @Field(() => String)
  package!: string;

  @Field(() => String, { nullable: true })
  reason!: string;

  @Field(() => User, { nullable: true })
  createdBy!: User;
}

@ObjectType({ simpleResolvers: true })
@Directive('@interfaceObject')
@Directive('@key(fields: "id")')
class Inventory {
  @Field(() => ID)
  id!: string;
}

@Resolver(() => Product)
class ProductResolver {
  @Query(() => Product, { nullable: true })
  product(@Arg('id', () => ID) id: string): object | null {
    return products.get(id) ?? null;
  }

  @Query(() => DeprecatedProduct, { nullable: true, deprecationReason: 'Use product query instead' })
  deprecatedProduct(
    @Arg('sku', () => String) sku: string,
    @Arg('package', () => String) packageName: string,
  ): object | null {
    return deprecatedProducts.get(`${sku} ${packageName}`) ?? null;
  }
}

@Resolver(() => User)
class UserResolver {
  @FieldResolver(() => String, { nullable: true })
  @Directive('@override(from: "users")')
  name(): string {
    return maker.name;
  }

  @FieldResolver(() => Int, { nullable: true })
  @Directive('@requires(fields: "totalProductsCreated yearsOfEmployment")')
  averageProductsCreatedPerYear(@Root() { totalProductsCreated, yearsOfEmployment }: User): number | null {
    return totalProductsCreated ? Math.round(totalProductsCreated / yearsOfEmployment) : null;
  }
}

@Resolver(() => Inventory)
class InventoryResolver {
  @FieldResolver(() => [DeprecatedProduct])
  deprecatedProducts(): readonly object[] {
    return [...deprecatedProducts.values()];
  }
}

const entities: readonly Entity[] = [
  { type: User, keys: [idKind('email')] },
  { type: Product, keys: [idKind('id')], foundBy: lookup(productEndpoint, byIds(idKind('id'))) },
  {
    type: DeprecatedProduct,
    keys: [idKind('sku'), idKind('package')],
    foundBy: lookup(deprecatedProductEndpoint, byIds(idKind('sku'), idKind('package'))),
  },
  { type: Inventory, keys: [idKind('id')] },
];

const link = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@extends", "@external", "@inaccessible", "@interfaceObject", "@key", "@override", "@provides", "@requires", "@shareable", "@tag"])
  @link(url: "https://myspecs.dev/myCustomDirective/v1.0", import: ["@custom"])
  @composeDirective(name: "@custom")`;

/** The schema that Apollo asks every library for, as our graph is made: TypeGraphQL, our printer and entity resolution. */
export async function createProductsSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [ProductResolver, UserResolver, InventoryResolver],
    orphanedTypes: [Inventory],
    directives: [
      ...specifiedDirectives,
      new GraphQLDirective({ name: 'custom', locations: [DirectiveLocation.OBJECT] }),
    ],
    validate: false,
    skipCheck: true,
  });
  return capErrors(asSubgraph(schema, { link, entities: entitiesOf([{ entities }]) }));
}
