/** TEMPORARY: variables that come in with other changes. Delete this file and its one use once they are in `variables.ts`. */
export const joiningVariables: readonly string[] = [
  'ADMIN_PORT',
  'ADMIN_HOST',
  'SHUTDOWN_DELAY_MS',
  'STATE_DIR',
  'OTEL_SERVICE_NAME',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];
