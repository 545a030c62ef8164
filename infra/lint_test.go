package infra

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestLint runs cfn-lint over every stage. Seen to catch: a retention that CloudWatch Logs does not know, and a
// version of Aurora that is no longer made.
func TestLint(t *testing.T) {
	t.Parallel()
	lint := os.Getenv("CFN_LINT")
	if lint == "" {
		lint = filepath.Join("..", ".local", "packages", "tools", "bin", "cfn-lint")
	}
	if _, err := os.Stat(lint); errors.Is(err, fs.ErrNotExist) {
		t.Skip("cfn-lint is not installed: make up installs it")
	}
	for stage, dir := range folders {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			templates, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
			if err != nil || len(templates) == 0 {
				t.Fatalf("no templates of %s: %v", stage, err)
			}
			if out, err := run(lint, templates); err != nil {
				t.Errorf("cfn-lint: %v\n%s", err, out)
			}
		})
	}
}

// run works at the repository's root, where cfn-lint's settings lie.
func run(lint string, templates []string) ([]byte, error) {
	lint, err := filepath.Abs(lint)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(lint, templates...)
	cmd.Dir = ".."
	return cmd.CombinedOutput()
}
