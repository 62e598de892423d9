import type * as z from 'zod';
import { applicationVariables } from './variables/application.variables.ts';
import { cacheVariables } from './variables/cache.variables.ts';
import { documentVariables } from './variables/document.variables.ts';
import { limitVariables } from './variables/limit.variables.ts';
import { proxyVariables } from './variables/proxy.variables.ts';
import { serverVariables } from './variables/server.variables.ts';
import { telemetryVariables } from './variables/telemetry.variables.ts';
import { upstreamVariables } from './variables/upstream.variables.ts';
import { viewerVariables } from './variables/viewer.variables.ts';

/** Every variable that the gateway reads, by name. A test holds docs/configuration.md equal to it. */
export const variables = {
  ...serverVariables,
  ...applicationVariables,
  ...viewerVariables,
  ...documentVariables,
  ...upstreamVariables,
  ...proxyVariables,
  ...limitVariables,
  ...cacheVariables,
  ...telemetryVariables,
};

export type VariableName = keyof typeof variables;

/** The parsed values. Undefined: the variable is unset, empty or invalid. */
export type Settings = {
  readonly [Name in VariableName]: z.output<(typeof variables)[Name]['schema']> | undefined;
};
