package cloud

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rialto/functions/contract"
)

// localStack runs LocalStack with the plug-ins of localstack/cloud/host on its
// path. Each setting is there for a reason that its comment gives.
func localStack(p place) run {
	home := p.pkg("localstack")
	return run{
		dir:  p.data("localstack"),
		argv: []string{filepath.Join(home, "bin", "python"), "-m", "localstack.runtime.main"},
		env: []string{
			"PYTHONPATH=" + p.source("host"),
			"PYTHONPYCACHEPREFIX=" + p.pkg("pycache"), // the repository stays clean
			"PYTHONUNBUFFERED=1",
			"RIALTO_FUNCTION_LOGS=" + filepath.Join(p.logs(), "functions"),
			"RIALTO_DYNAMODB_URL=" + contract.LocalDynamoDBURL,

			// It may take the machine for its container and then ignore
			// FILESYSTEM_ROOT.
			"OVERRIDE_IN_DOCKER=0",
			"FILESYSTEM_ROOT=" + p.data("localstack"),
			"GATEWAY_LISTEN=" + contract.LocalAWS,
			"LOCALSTACK_HOST=localhost:" + port(contract.LocalAWS),
			"DNS_ADDRESS=0",

			// Nothing is downloaded or reported at run time.
			"SKIP_SSL_CERT_DOWNLOAD=1", "DISABLE_EVENTS=1",

			// Less to do, and to say, for one Python process on few cores.
			"EAGER_SERVICE_LOADING=0", "LS_LOG=warning",
			"SQS_DISABLE_CLOUDWATCH_METRICS=1",

			// DynamoDB Local is a service of its own; every client shares
			// one database whatever its credentials.
			"PROVIDER_OVERRIDE_DYNAMODB=v2", "PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2",
			"DYNAMODB_LOCAL_PORT=" + port(contract.LocalDynamoDB),
			"DYNAMODB_IN_MEMORY=1", "DYNAMODB_SHARE_DB=1",

			// Kinesis is a Node program, which must keep to loopback too.
			"KINESIS_LATENCY=0",
			`NODE_OPTIONS=--require "` + p.source("packages", "node", "listen.cjs") + `"`,

			// Functions run as processes of the host.
			"LAMBDA_RUNTIME_EXECUTOR=process",
			"LAMBDA_KEEPALIVE_MS=600000",
			"LAMBDA_SYNCHRONOUS_CREATE=1",
			"LAMBDA_LIMITS_CONCURRENT_EXECUTIONS=10000",
			"LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC=0.05",
			"LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC=0.2",
			"LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC=2",
			"LAMBDA_RETRY_BASE_DELAY=1",
		},
	}
}

// prepareLocalStack lays what LocalStack would download where it looks for
// it.
func prepareLocalStack(ctx context.Context, p place) error {
	if err := emptyFolder("localstack")(ctx, p); err != nil {
		return err
	}
	lib := filepath.Join(p.data("localstack"), "var", "lib", "localstack", "lib")
	links := map[string]string{filepath.Join(lib, "kinesis-local", "0.4.13"): p.pkg("node")}
	java, err := javaHome(ctx)
	if err != nil {
		return err
	}
	for _, version := range []string{"11", "17", "21"} {
		links[filepath.Join(lib, "java", version)] = java
	}
	for link, target := range links {
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, link); err != nil {
			return err
		}
	}
	functionLogs := filepath.Join(p.logs(), "functions")
	if err := os.RemoveAll(functionLogs); err != nil {
		return err
	}
	return os.MkdirAll(functionLogs, 0o755)
}

func javaHome(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "java", "-XshowSettings:properties", "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ask java for its home: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if key, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == "java.home" {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("java tells no java.home")
}
