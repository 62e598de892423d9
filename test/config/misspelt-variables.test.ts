import { expect, test } from '@jest/globals';
import { misspeltVariableWarnings } from '../../src/config/misspelt-variables.ts';
import { variables } from '../../src/config/variables.ts';

const warning = (name: string, nearest: string): string =>
  `${name} is not a variable of the gateway and is ignored: did you mean ${nearest}?`;

test.each([
  ['DINGTALK_UNION_ID', 'DINGTALK_OPERATOR_UNION_ID'],
  ['OPERATOR_UNION_ID', 'DINGTALK_OPERATOR_UNION_ID'],
  ['DINGTALK_OPERATOR_ID', 'DINGTALK_OPERATOR_UNION_ID'],
  ['UNION_ID', 'DINGTALK_OPERATOR_UNION_ID'],
  ['DINGTALK_APPKEY', 'DINGTALK_APP_KEY'],
  ['DINGTALK_APP_ID', 'DINGTALK_APP_KEY'],
  ['DINGTALK_CLIENT_ID', 'DINGTALK_APP_KEY'],
  ['DINGTALK_CLIENT_SECRET', 'DINGTALK_APP_SECRET'],
  ['DINGTALK_SECRET', 'DINGTALK_APP_SECRET'],
  ['dingtalk_app_key', 'DINGTALK_APP_KEY'],
  ['dingtalk-app-key', 'DINGTALK_APP_KEY'],
  ['APP_KEY', 'DINGTALK_APP_KEY'],
  ['appKey', 'DINGTALK_APP_KEY'],
  ['APP_SECRET', 'DINGTALK_APP_SECRET'],
  ['CORP_ID', 'DINGTALK_CORP_ID'],
  ['DINGTALK_URL', 'DINGTALK_API_URL'],
  ['DINGTALK_REDIS_URL', 'REDIS_URL'],
  ['CACHE_TTL', 'CACHE_TTL_MS'],
  ['cache_ttl', 'CACHE_TTL_MS'],
  ['CACHE_TTL_SECONDS', 'CACHE_TTL_MS'],
  ['CACHE_STALE', 'CACHE_STALE_MS'],
  ['UPSTREAM_TIMEOUT', 'UPSTREAM_TIMEOUT_MS'],
  ['MAX_BODY_SIZE', 'MAX_BODY_BYTES'],
  ['REDIS', 'REDIS_URL'],
  ['redis', 'REDIS_URL'],
  ['REDIS_URI', 'REDIS_URL'],
  ['REDISURL', 'REDIS_URL'],
  ['redis_url', 'REDIS_URL'],
  ['PORT_NUMBER', 'PORT'],
  ['port', 'PORT'],
  ['GATEWAY_PORT', 'PORT'],
  ['GATEWAY_HOST', 'HOST'],
  ['LOG', 'LOG_LEVEL'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['GATEWAY_LOG_LEVEL', 'LOG_LEVEL'],
  ['JWKS_URL', 'VIEWER_JWKS_URL'],
  ['JWT_JWKS_URL', 'VIEWER_JWKS_URL'],
  ['VIEWER_JWKS_URI', 'VIEWER_JWKS_URL'],
  ['JWT_ISSUER', 'VIEWER_JWT_ISSUER'],
  ['API_KEY', 'GATEWAY_API_KEYS'],
  ['GATEWAY_KEYS', 'GATEWAY_API_KEYS'],
  ['ALLOWED_HOST', 'ALLOWED_HOSTS'],
  ['ALLOWED_ORIGINS', 'CORS_ORIGINS'],
  ['ALLOW_ANONYMUS', 'ALLOW_ANONYMOUS'],
  ['NODEENV', 'NODE_ENV'],
])('%s is warned about: %s', (name, nearest) => {
  expect(misspeltVariableWarnings({ [name]: 'secret' })).toEqual([warning(name, nearest)]);
});

test('a name after a byte order mark is warned about, and the mark is shown', () => {
  expect(misspeltVariableWarnings({ '\ufeffDINGTALK_APP_KEY': 'secret' })).toEqual([
    warning('U+FEFFDINGTALK_APP_KEY', 'DINGTALK_APP_KEY'),
  ]);
});

test.each([
  'ROUTER_SECRET:c2VjcmV0',
  'ROUTER_SECRET c2VjcmV0',
  'ROUTER_SECRET\nc2VjcmV0',
  'ROUTER_SECRET: "c2VjcmV0',
])('a value that became part of a name is not shown: %j', (name) => {
  expect(misspeltVariableWarnings({ [name]: '=' })).toEqual([warning('ROUTER_SECRET…', 'ROUTER_SECRET')]);
});

test('an unknown name with a prefix of the gateway that resembles none is warned about', () => {
  expect(misspeltVariableWarnings({ DINGTALK_ROBOT_WEBHOOK_ENDPOINT: 'secret' })).toEqual([
    'DINGTALK_ROBOT_WEBHOOK_ENDPOINT is not a variable of the gateway and is ignored: docs/configuration.md lists all of them',
  ]);
});

test('other software may use a similar name beside ours', () => {
  expect(
    misspeltVariableWarnings({ REDIS_URL: 'redis://cache', REDIS_URI: 'redis://other', REDIS: 'x' }),
  ).toEqual([]);
});

/** What Kubernetes sets in every container for a service with two ports. */
function serviceLinks(service: string): NodeJS.ProcessEnv {
  const link = 'tcp://10.0.0.1:443';
  return {
    [`${service}_SERVICE_HOST`]: '10.0.0.1',
    [`${service}_SERVICE_PORT`]: '443',
    [`${service}_SERVICE_PORT_HTTPS`]: '443',
    [`${service}_SERVICE_PORT_GRAPH_QL`]: '4000',
    [`${service}_PORT`]: link,
    [`${service}_PORT_443_TCP`]: link,
    [`${service}_PORT_443_TCP_PROTO`]: 'tcp',
    [`${service}_PORT_443_TCP_PORT`]: '443',
    [`${service}_PORT_443_TCP_ADDR`]: '10.0.0.1',
    [`${service}_PORT_53_UDP`]: 'udp://10.0.0.1:53',
  };
}

const services = [
  'DINGTALK_GATEWAY',
  'DINGTALK',
  'GATEWAY',
  'GATEWAY_API',
  'ROUTER',
  'VIEWER',
  'REDIS',
  'CACHE',
  'LOG',
];

test.each(services)(
  'the links of a Kubernetes service %s are no mistakes, and none is a variable of ours',
  (service) => {
    const links = serviceLinks(service);

    expect(misspeltVariableWarnings(links)).toEqual([]);
    expect(Object.keys(links).filter((name) => name in variables)).toEqual([]);
  },
);

/** What platforms, images and tools set, as they document it. */
const platforms: Record<string, string> = {
  shell:
    'PATH HOME HOSTNAME USER LOGNAME SHELL PWD OLDPWD SHLVL TERM LANG LC_ALL TZ EDITOR PAGER MAIL DISPLAY COLORTERM TMPDIR _ http_proxy HTTPS_PROXY NO_PROXY SSH_AUTH_SOCK SSH_CONNECTION HISTSIZE LS_COLORS HOSTTYPE',
  systemd:
    'INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID MAINPID LISTEN_PID LISTEN_FDS LISTEN_FDNAMES RUNTIME_DIRECTORY STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY CREDENTIALS_DIRECTORY XDG_RUNTIME_DIR XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS SYSTEMD_EXEC_PID',
  kubernetes: 'KUBERNETES_SERVICE_HOST KUBERNETES_PORT POD_NAME POD_NAMESPACE POD_IP NODE_NAME HOST_IP',
  node: 'NODE_VERSION NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_DEBUG NODE_HOME NODE_NO_WARNINGS NODE_COMPILE_CACHE NODE_REDIRECT_WARNINGS NODE_V8_COVERAGE YARN_VERSION NVM_DIR NVM_BIN NVM_INC NVM_CD_FLAGS NODENV_ROOT VOLTA_HOME COREPACK_HOME UV_THREADPOOL_SIZE',
  npm: 'NODE INIT_CWD COLOR npm_command npm_execpath npm_node_execpath npm_lifecycle_event npm_lifecycle_script npm_package_name npm_package_json npm_config_cache npm_config_loglevel npm_config_prefix npm_config_user_agent npm_config_noproxy npm_config_node_gyp',
  pm2: 'PM2_HOME PM2_USAGE PM2_JSON_PROCESSING NODE_APP_INSTANCE pm_id name instances exec_mode exec_interpreter autorestart watch restart_time unique_id status axm_options axm_monitor vizion km_link namespace pm_cwd pm_exec_path pm_out_log_path pm_err_log_path pm_pid_path node_args version username windowsHide kill_retry_time env filter_env treekill automation pmx max_memory_restart merge_logs',
  heroku:
    'DYNO PS WEB_CONCURRENCY WEB_MEMORY MEMORY_AVAILABLE HEROKU_APP_ID HEROKU_APP_NAME HEROKU_SLUG_COMMIT HEROKU_RELEASE_VERSION DATABASE_URL STACK',
  azure:
    'WEBSITE_SITE_NAME WEBSITE_HOSTNAME WEBSITE_INSTANCE_ID WEBSITE_NODE_DEFAULT_VERSION WEBSITES_PORT WEBSITE_AUTH_ENABLED APPSETTING_PORT REGION_NAME APPLICATIONINSIGHTS_CONNECTION_STRING SCM_RUN_FROM_PACKAGE IDENTITY_ENDPOINT IDENTITY_HEADER MSI_ENDPOINT MSI_SECRET CONTAINER_APP_NAME CONTAINER_APP_REVISION CONTAINER_APP_HOSTNAME CONTAINER_APP_PORT CONTAINER_APP_REPLICA_NAME',
  aws: 'AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_RUNTIME_API AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4 ECS_AGENT_URI LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR _HANDLER _X_AMZN_TRACE_ID',
  googleCloud:
    'K_SERVICE K_REVISION K_CONFIGURATION GOOGLE_CLOUD_PROJECT GAE_INSTANCE GAE_SERVICE GAE_VERSION GAE_RUNTIME GAE_ENV GAE_MEMORY_MB CLOUD_RUN_JOB FUNCTION_TARGET',
  others:
    'RENDER RENDER_EXTERNAL_URL RENDER_SERVICE_NAME RAILWAY_ENVIRONMENT RAILWAY_PUBLIC_DOMAIN FLY_APP_NAME FLY_REGION FLY_ALLOC_ID PRIMARY_REGION VCAP_APPLICATION VCAP_SERVICES CF_INSTANCE_INDEX CF_INSTANCE_ADDR MEMORY_LIMIT',
  continuousIntegration:
    'CI GITHUB_ACTIONS GITHUB_API_URL GITHUB_GRAPHQL_URL GITHUB_TOKEN GITHUB_REF GITHUB_SHA GITHUB_WORKSPACE GITHUB_ENV GITHUB_PATH RUNNER_OS RUNNER_ARCH RUNNER_NAME RUNNER_TEMP RUNNER_DEBUG ImageOS ImageVersion GITLAB_CI CI_API_V4_URL CI_JOB_TOKEN CI_REGISTRY JENKINS_URL BUILD_ID BUILD_URL JOB_NAME TF_BUILD AGENT_NAME',
  otherSoftware:
    'REDIS_VERSION REDIS_DOWNLOAD_URL REDIS_DOWNLOAD_SHA REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_TLS_URL REDIS_PORT_NUMBER REDIS_MASTER_HOST REDIS_REPLICATION_MODE ALLOW_EMPTY_PASSWORD NGINX_VERSION NJS_VERSION POSTGRES_PASSWORD MYSQL_ROOT_PASSWORD LOG_FORMAT LOG_FILE LOG_DIR CACHE_DIR CACHE_HOST OTEL_EXPORTER_OTLP_ENDPOINT OTEL_SERVICE_NAME DD_API_KEY DD_AGENT_HOST DD_ENV DD_LOG_LEVEL SENTRY_DSN SENTRY_AUTH_TOKEN NEW_RELIC_LICENSE_KEY JAVA_HOME PYTHONPATH GOPATH DEBUG DEBIAN_FRONTEND',
};

test.each(Object.entries(platforms))('what %s sets is no mistake', (_platform, names) => {
  expect(misspeltVariableWarnings(Object.fromEntries(names.split(' ').map((name) => [name, 'x'])))).toEqual(
    [],
  );
});
