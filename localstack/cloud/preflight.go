package cloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// machine answers the preflight's questions; tests put their own in place.
type machine struct {
	os, arch string
	// output runs a command and returns stdout and stderr together.
	output func(ctx context.Context, name string, args ...string) (string, error)
	// listen tells whether an address is free.
	listen func(addr string) error
	// owner describes who has a taken port, or is empty.
	owner func(addr string) string
}

func thisMachine() machine {
	return machine{
		os: runtime.GOOS, arch: runtime.GOARCH,
		output: func(ctx context.Context, name string, args ...string) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
			return string(out), err
		},
		listen: func(addr string) error {
			l, err := net.Listen("tcp", addr)
			if err != nil {
				return err
			}
			return l.Close()
		},
		owner: portOwner,
	}
}

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

// preflight looks for everything that would keep the cloud from starting.
// The error names each problem in one line.
func preflight(ctx context.Context, m machine, addrs []endpoint) error {
	if m.os != "linux" || m.arch != "amd64" {
		return fmt.Errorf("the local cloud runs on Linux on amd64, not on %s/%s", m.os, m.arch)
	}
	problems := make([]error, len(tools)+len(addrs))
	var g errgroup.Group
	for i, t := range tools {
		g.Go(func() error {
			problems[i] = t.check(ctx, m)
			return nil
		})
	}
	_ = g.Wait()
	for i, e := range addrs {
		problems[len(tools)+i] = checkPort(m, e)
	}
	return errors.Join(problems...)
}

func (t tool) check(ctx context.Context, m machine) error {
	out, err := m.output(ctx, t.ask[0], t.ask[1:]...)
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

func checkPort(m machine, e endpoint) error {
	err := m.listen(e.addr)
	if err == nil {
		return nil
	}
	_, port, _ := net.SplitHostPort(e.addr)
	by := ""
	if who := m.owner(e.addr); who != "" {
		by = " by " + who
	}
	return fmt.Errorf("port %s, which %s needs, is taken%s: stop that program and run this again", port, e.service, by)
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
