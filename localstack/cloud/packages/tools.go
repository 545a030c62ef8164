package packages

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// tool is one program the cloud needs: how to ask its version, which
// versions do, and what to tell who lacks it.
type tool struct {
	name    string
	ask     []string
	version *regexp.Regexp // first group: the major version; second, if any: minor
	fits    func(major, minor int) bool
	need    string
	advice  string
}

var versionNumber = regexp.MustCompile(`(\d+)\.(\d+)`)

var tools = []tool{
	{
		name: "go", ask: []string{"go", "version"}, version: versionNumber,
		fits: func(major, minor int) bool { return major > 1 || minor >= 26 },
		need: "Go 1.26 or newer", advice: "install it from go.dev/dl",
	},
	{
		name: "java", ask: []string{"java", "-version"},
		version: regexp.MustCompile(`version "(?:1\.)?(\d+)`),
		fits:    func(major, _ int) bool { return major >= 17 },
		need:    "Java 17 or newer", advice: "install a JDK 17 (Debian: apt-get install openjdk-17-jdk-headless) or put it first in PATH",
	},
	{
		name: "javac", ask: []string{"javac", "-version"},
		version: regexp.MustCompile(`javac (?:1\.)?(\d+)`),
		fits:    func(major, _ int) bool { return major >= 17 },
		need:    "a JDK 17 or newer", advice: "install a whole JDK, not only a runtime (Debian: apt-get install openjdk-17-jdk-headless)",
	},
	{
		name: "node", ask: []string{"node", "--version"}, version: versionNumber,
		fits: func(major, _ int) bool { return major >= 20 },
		need: "Node.js 20 or newer", advice: "install Node.js 20 or put it first in PATH",
	},
	{
		name: "npm", ask: []string{"npm", "--version"}, version: versionNumber,
		fits: func(major, _ int) bool { return major >= 8 },
		need: "npm 8 or newer", advice: "it comes with Node.js (Debian: apt-get install npm)",
	},
	{
		// importing venv and ensurepip shows that venvs can be made at all
		name: "python3.11", ask: []string{"python3.11", "-c", "import venv, ensurepip, sys; print(sys.version)"}, version: versionNumber,
		fits:   func(major, minor int) bool { return major == 3 && minor == 11 },
		need:   "Python 3.11 exactly, with venv (LocalStack's pinned packages run on no other)",
		advice: "install it (Debian 12: apt-get install python3.11-venv)",
	},
	{
		name: "mvn", ask: []string{"mvn", "--version"}, version: regexp.MustCompile(`Maven (\d+)\.(\d+)`),
		fits: func(major, minor int) bool { return major > 3 || major == 3 && minor >= 6 },
		need: "Maven 3.6 or newer", advice: "install it (Debian: apt-get install maven)",
	},
}

// Outputs runs a command and returns what it wrote to both outputs.
type Outputs func(ctx context.Context, name string, args ...string) (string, error)

// Output asks this machine, for 20 seconds at most.
func Output(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	return string(out), err
}

// Lacks names each program that a machine lacks, or has in another version than the local cloud needs: one error a
// program, nil for what is right.
func Lacks(ctx context.Context, output Outputs) []error {
	problems := make([]error, len(tools))
	var g errgroup.Group
	for i, t := range tools {
		g.Go(func() error {
			problems[i] = t.check(ctx, output)
			return nil
		})
	}
	_ = g.Wait() // they return none
	return problems
}

func (t tool) check(ctx context.Context, output Outputs) error {
	out, err := output(ctx, t.ask[0], t.ask[1:]...)
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is missing: Rialto's local cloud needs %s; %s", t.name, t.need, t.advice)
	}
	if err != nil {
		return fmt.Errorf("%s does not work (%s): Rialto's local cloud needs %s; %s", t.name, lastLine(out, err), t.need, t.advice)
	}
	match := t.version.FindStringSubmatch(out)
	if match == nil {
		return fmt.Errorf("%s tells no version (%s): Rialto's local cloud needs %s; %s", t.name, lastLine(out, nil), t.need, t.advice)
	}
	major, _ := strconv.Atoi(match[1])
	minor := 0
	found := match[1]
	if len(match) > 2 {
		minor, _ = strconv.Atoi(match[2])
		found += "." + match[2]
	}
	if !t.fits(major, minor) {
		return fmt.Errorf("%s is version %s: Rialto's local cloud needs %s; %s", t.name, found, t.need, t.advice)
	}
	return nil
}

// lastLine is the last line of a program's output that says something, or
// the error where it said nothing.
func lastLine(out string, err error) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	if err != nil {
		return err.Error()
	}
	return "no output"
}
