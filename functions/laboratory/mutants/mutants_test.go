package mutants_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// checkers are the tests that look for mistakes of any kind, by faults, schedules or goldens. Every other test is a
// plain one, except where a checker reports by its name in it: whatever runs under an audit.
var checkers = []string{
	// functions/checkout/checkouttrial
	"TestEveryFault", "TestEveryRace", "TestEveryPairOfFaults", "TestEveryInterleaving", "TestAThousandCallersWithOneKey",
	"TestAnOldRunMeetsItsKeysNextRecord", "TestACrashBetweenTheMarkerAndTheFirstEffect", "TestAKeyAfterADay",
	"TestACheckoutPlacesAnOrderOnce", "TestManyLinesAreSplit",
	"TestACouponIsRedeemedOnce",
	// statemachines: the machine beside its laws and its picture
	"TestTheCheckoutMachineIsKnownWhole", "TestThePictureIsTheMachine",
	// functions/inventory/inventorystore, functions/payments, functions/fulfillment: every point and order of things
	"TestNoInterleavingOversellsOrStrands", "TestEveryPointCanBreak", "TestEveryPointOfCaptureCanBreak", "TestFrozenStepAfterCancel",
	"TestInterleavings", "TestRace", "TestAnyDelivery",
}

// Every mutant's patch applies, and what is to kill it is there. Seen to fail: a letter changed in a patched line; a checker
// renamed.
func TestEveryMutantApplies(t *testing.T) {
	t.Parallel()
	all := mutants(t)
	const least = 30
	subtle := 0
	for _, m := range all {
		if len(m.seen) == 0 {
			subtle++
		}
	}
	if subtle < least {
		t.Errorf("%d mutants that plain tests do not see, %d at least", subtle, least)
	}
	for _, m := range all {
		if _, err := m.applied(); err != nil {
			t.Error(err)
		}
		tests, err := filepath.Glob(filepath.Join(root, m.at, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		for _, f := range tests {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
		named := regexp.MustCompile(`"` + m.checker + `"|func ` + m.checker + `\(`)
		if !named.MatchString(source.String()) {
			t.Errorf("%s: %s has no checker %s", m.name, m.at, m.checker)
		}
	}
}

// Every mutant compiles, passes the plain tests, and is killed by the checker that its patch names.
func TestEveryMutantIsKilled(t *testing.T) {
	if os.Getenv("RIALTO_PROVE") != "1" {
		t.Skip("takes minutes: make prove")
	}
	all := mutants(t)
	if only, err := regexp.Compile(os.Getenv("RIALTO_MUTANTS")); err != nil { // as -run, of their names
		t.Fatal(err)
	} else {
		all = slices.DeleteFunc(all, func(m mutant) bool { return !only.MatchString(m.name) })
	}
	var lines strings.Builder
	w := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  mutant\tchecker\tkilled by")
	killed, subtle := 0, 0
	for n, m := range all {
		by, err := m.try(t.Context(), t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
			by = append(by, "ALIVE")
		} else {
			killed++
		}
		if len(m.seen) == 0 {
			subtle++
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", m.name, m.checker, strings.Join(append(by, m.seen...), ", "))
		fmt.Printf("  %d of %d tried, %d killed: %s\n", n+1, len(all), killed, m.name)
	}
	_ = w.Flush()
	fmt.Printf("mutants\n  %d mutants, %d of them seen by no plain test, %d killed by the checker that they name: kill rate "+
		"%.1f%%\n\n%s\n", len(all), subtle, killed, 100*float64(killed)/float64(max(1, len(all))), lines.String())
}

var reported = regexp.MustCompile(`checker: ([a-z-]+)|--- FAIL: (Test\w+)`)

// try returns what killed the mutant, the named checker first; an error says what is not as it should be.
func (m mutant) try(ctx context.Context, dir string) ([]string, error) {
	file, err := m.overlay(dir)
	if err != nil {
		return nil, err
	}
	// Tests that ask the go command, or read the tree, see the same.
	list := []string{"GOFLAGS=-trimpath -overlay=" + file, "RIALTO_OVERLAY=" + file}
	out, err := gotest(ctx, list, append([]string{"-skip", "^(" +
		strings.Join(slices.Concat(checkers, m.seen, []string{m.checker}), "|") + ")$"}, m.touched()...)...)
	if plain := failures(out); err != nil && (len(plain) > 0 || !strings.Contains(out, "checker: ")) {
		return nil, fmt.Errorf("the plain tests of %s do not pass: %v: %w\n%s", strings.Join(m.touched(), " "), plain, err, last(out))
	}
	out, err = gotest(ctx, list, "-count=1", "-run", m.run, m.at)
	if err == nil { // the sample of faults that go test takes does not have it: so all of them
		out, err = gotest(ctx, append(list, "RIALTO_PROVE=1"), "-count=1", "-run", m.run, m.at)
	}
	var by []string
	for _, match := range reported.FindAllStringSubmatch(out, -1) {
		if name := match[1] + match[2]; !slices.Contains(by, name) && (match[1] != "" || !strings.Contains(out, "checker: ")) {
			by = append(by, name)
		}
	}
	switch {
	case err == nil:
		return nil, fmt.Errorf("nothing in %s %s kills it", m.at, m.run)
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		return nil, fmt.Errorf("it does not compile\n%s", last(out))
	case !slices.Contains(by, m.checker):
		return by, fmt.Errorf("%s does not report it, but %q\n%s", m.checker, by, last(out))
	}
	slices.SortStableFunc(by, func(a, b string) int { return rank(a, m.checker) - rank(b, m.checker) })
	return by, nil
}

// failures lists the tests that fail, and packages that do not build or end, without a checker's report.
func failures(out string) []string {
	var plain []string
	for _, block := range strings.Split("\n"+out, "\n--- FAIL: ")[1:] {
		if name, _, _ := strings.Cut(block, " "); !strings.Contains(block, "checker: ") {
			plain = append(plain, name)
		}
	}
	if regexp.MustCompile(`\[(build|setup) failed\]|(?m)^panic: `).MatchString(out) {
		plain = append(plain, "the package")
	}
	return plain
}

func rank(name, first string) int {
	if name == first {
		return 0
	}
	return 1
}

// gotest bounds a test that does not end: on a busy machine the longest that do take a quarter of an hour.
func gotest(ctx context.Context, env []string, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 45*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-vet=off", "-ldflags=-s -w", "-timeout=40m"}, args...)...)
	cmd.Dir = root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "RIALTO_") })
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// last is the end of an output.
func last(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}
