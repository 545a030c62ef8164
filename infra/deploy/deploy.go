package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options say what to deploy and with what.
type Options struct {
	Stage    string
	Assembly string // folder of the cloud assembly
	CDK      string // path of the cdk CLI
	State    string // folder for the log, the outputs and what was deployed last
	// Cloud is the local cloud to deploy to; nil deploys to AWS with the credentials of the environment.
	Cloud *Cloud
	Env   []string // further settings of the CLI's environment
	// Parameters are values of the stacks' parameters: stack:name=value.
	Parameters []string
	// Again deploys even what the cloud has.
	Again bool
}

// concurrency is how many stacks are deployed at once; most wait for nothing but the tables and the topics.
const concurrency = "16"

// OutputsFile is where a stage's stack outputs are written, as the CLI's JSON: stack, output, value.
func (o Options) OutputsFile() string { return filepath.Join(o.State, o.Stage+".outputs.json") }

func (o Options) logFile() string { return filepath.Join(o.State, o.Stage+".deploy.log") }

// Deploy deploys all stacks of an assembly and tells on out what becomes of each. The error names the stacks that
// failed and where to read more.
func Deploy(ctx context.Context, o Options, out io.Writer) error {
	started := time.Now()
	if err := os.MkdirAll(o.State, 0o755); err != nil {
		return fmt.Errorf("create the folder of deployments: %w", err)
	}
	var mark stamp
	if o.Cloud != nil {
		var err error
		if mark, err = o.newStamp(ctx); err != nil {
			return err
		}
		if !o.Again && o.lastStamp() == mark {
			fmt.Fprintf(out, "%s is deployed already, nothing changed\n", o.Stage)
			return nil
		}
		if err := o.Cloud.makeAssetsBucket(ctx); err != nil {
			return err
		}
	}
	if err := o.run(ctx, out); err != nil {
		return err
	}
	if o.Cloud != nil {
		if err := o.keepStamp(mark); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "deployed %s in %s\n", o.Stage, time.Since(started).Round(100*time.Millisecond))
	return nil
}

func (o Options) run(ctx context.Context, out io.Writer) error {
	approval := "never" // nobody's permissions are at stake on the local cloud
	if o.Cloud == nil {
		approval = "broadening" // somebody reads what becomes allowed, and says yes
	}
	args := []string{
		"deploy", "--all", "--app", o.Assembly, "--require-approval", approval, "--concurrency", concurrency,
		"--outputs-file", o.OutputsFile(), "--progress", "events", "--ci", "--no-notices", "--no-color",
	}
	if o.Cloud != nil {
		args = append(args, "--method", "direct") // a change set nobody looks at costs seconds a stack
	}
	for _, p := range o.Parameters {
		args = append(args, "--parameters", p)
	}
	log, err := os.Create(o.logFile())
	if err != nil {
		return fmt.Errorf("create the log: %w", err)
	}
	defer log.Close()
	output := &cdkOutput{out: out}
	cmd := exec.CommandContext(ctx, o.CDK, args...)
	cmd.Env = o.environment()
	if o.Cloud == nil {
		cmd.Stdin = os.Stdin
	}
	cmd.Stdout = io.MultiWriter(log, output)
	cmd.Stderr = cmd.Stdout
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("deploy %s: %w\n%s\nthe whole story is in %s", o.Stage, err, strings.Join(output.problems, "\n"), o.logFile())
	}
	return nil
}

// environment is what the CLI sees. For the local cloud everything of AWS's that the user has set is taken away.
func (o Options) environment() []string {
	env := append(os.Environ(), "CDK_DISABLE_CLI_TELEMETRY=1", "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=1")
	if o.Cloud != nil {
		env = slices.DeleteFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "AWS_") || strings.HasPrefix(kv, "CDK_HOME=") })
		env = append(env, o.Cloud.environment()...)
		env = append(env, "CDK_HOME="+filepath.Join(o.State, "cdk"))
	}
	return append(env, o.Env...)
}

// errNoCloud is returned when the local cloud does not answer.
var errNoCloud = errors.New("the local cloud does not answer: run make up")
