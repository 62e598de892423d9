export { publicCodes as gatewayCodes, type PublicCode as GatewayCode } from './generated/codes.ts';
export type { PublicExtensions as GatewayExtensions } from './generated/public-extensions.ts';
export { gatewayErrorsOf, isGatewayError, type GatewayError } from './gateway-error.ts';
export { askPatiently, waitFor, waitMsOf, type AttemptOptions, type WaitOptions } from './wait.ts';
