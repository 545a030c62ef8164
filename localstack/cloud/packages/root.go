package packages

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Root is the absolute path of the repository.
type Root string

// Find returns the root of the repository, found by walking up from the working directory to the go.mod of module rialto.
func Find() (Root, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module rialto\n")) {
			return Root(dir), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside Rialto's repository: no go.mod of module rialto above the working directory")
		}
		dir = parent
	}
}

// Home is the folder of an installed package set.
func (r Root) Home(name string) string { return filepath.Join(string(r), ".local", "packages", name) }

// Source is a file or folder below localstack/cloud/ in the repository.
func (r Root) Source(elem ...string) string {
	return filepath.Join(append([]string{string(r), "localstack", "cloud"}, elem...)...)
}
