import { isGatewayError, type GatewayCode } from 'dingtalk-graphql-gateway-client';

/** `code` is no mere text: a misspelt case is refused by the compiler. */
export function adviceFor(error: unknown): string {
  if (!isGatewayError(error)) return 'report';
  const { code, argument, retryAfterMs } = error.extensions;
  switch (code) {
    case 'BAD_USER_INPUT':
      return `correct ${argument}`;
    case 'UNAUTHENTICATED':
      return 'sign in';
    case 'RATE_LIMITED':
    case 'GATEWAY_OVERLOADED':
    case 'DENTRY_ARCHIVED':
      return `wait ${retryAfterMs}`;
    default:
      return code satisfies Exclude<GatewayCode, 'BAD_USER_INPUT' | 'UNAUTHENTICATED'>;
  }
}
