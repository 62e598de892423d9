/** Forbidden imports that still exist, as `importing file > imported file or package`. Delete a line with its import. */
export const exceptions: readonly string[] = [
  // observability: its readers belong into domain/.
  'observability/metrics/counted-call.ts > dingtalk/tokens/token-endpoint.ts',
  'observability/metrics/gateway-status.ts > dingtalk/pacing/rate-limiters.ts',
  'observability/metrics/gateway-status.ts > dingtalk/resilience/circuit-breaker.ts',
  'observability/metrics/set-gauges.ts > dingtalk/resilience/circuit-breaker.ts',
  // server: readiness asks chambers; GraphQL's route names the lookup cache; loopback is a value of config/.
  'server/readiness.ts > dingtalk/resilience/circuit-breaker.ts',
  'server/readiness.ts > dingtalk/tokens/token-cache.ts',
  'server/graphql/graphql.route.ts > cache/lookup-cache.ts',
  'server/served-host.ts > config/loopback.ts',
  // identity: users/me is not yet asked through dingtalk.ts; errors are made of GraphQLError.
  'identity/credential-headers.ts > graphql',
  'identity/jwt.authenticator.ts > graphql',
  'identity/dingtalk.authenticator.ts > dingtalk/http/attempt.ts',
  'identity/dingtalk.authenticator.ts > dingtalk/http/client.ts',
  'identity/dingtalk.authenticator.ts > dingtalk/http/note-call.ts',
  'identity/dingtalk.authenticator.ts > dingtalk/pacing/rate-limiters.ts',
  'identity/unknown-bearers.ts > dingtalk/pacing/rate-limiter.ts',
  'identity/unknown-bearers.ts > dingtalk/pacing/rate-limiters.ts',
  // The chambers of dingtalk/ that still know each other, or config/.
  'dingtalk/http/client.ts > dingtalk/resilience/judgement.ts',
  'dingtalk/resilience/guarded-client.ts > dingtalk/http/ban-answer.ts',
  'dingtalk/resilience/guarded-client.ts > dingtalk/http/client.ts',
  'dingtalk/resilience/protection.ts > dingtalk/http/client.ts',
  'dingtalk/tokens/token-endpoint.ts > config/config.ts',
  'dingtalk/tokens/token-endpoint.ts > dingtalk/http/attempt.ts',
  'dingtalk/tokens/token-endpoint.ts > dingtalk/http/client.ts',
  'dingtalk/tokens/token-endpoint.ts > dingtalk/http/note-call.ts',
  'dingtalk/tokens/token-endpoint.ts > dingtalk/pacing/rate-limiters.ts',
];
