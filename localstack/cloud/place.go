package cloud

import (
	"fmt"
	"os"
	"path/filepath"

	"rialto/localstack/cloud/packages"
)

// Root returns the absolute path of the repository, found by walking up from the working directory.
func Root() (string, error) {
	root, err := packages.Find()
	return string(root), err
}

// IssuerFolder returns the folder of the development issuer's key, for
// issuer.LoadKey.
func IssuerFolder() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return place{root}.issuer(), nil
}

// Node returns the path of an installed Node command, such as "cdk" or
// "asl-validator". It fails when the packages are not installed.
func Node(command string) (string, error) {
	return installed(func(p place) string {
		return filepath.Join(p.pkg("node"), "node_modules", ".bin", command)
	})
}

// FunctionLogs returns the folder of deployed functions' logs.
func FunctionLogs() (string, error) {
	p, err := here()
	return filepath.Join(p.logs(), "functions"), err
}

// Viewer returns the folder of Swagger UI's files.
func Viewer() (string, error) {
	return installed(func(p place) string {
		return filepath.Join(p.pkg("node"), "node_modules", "swagger-ui-dist")
	})
}

// Tools returns the path of an installed Python tool, such as "cfn-lint".
func Tools(command string) (string, error) {
	return installed(func(p place) string {
		return filepath.Join(p.pkg("tools"), "bin", command)
	})
}

// Fuzzer returns the path of Schemathesis, an extra.
func Fuzzer() (string, error) {
	return installed(func(p place) string { return filepath.Join(p.pkg("fuzz"), "bin", "schemathesis") })
}

// Trainer returns the folder of what trains, an extra: bin/ has Python and spark-submit, jars/s3a/ what Spark needs for buckets.
func Trainer() (string, error) {
	return installed(func(p place) string { return p.pkg("train") })
}

// Command returns the path of an installed command, whichever package set it belongs to, of loopback.cjs, or of the Python of what trains.
func Command(name string) (string, error) {
	switch name {
	case "loopback.cjs":
		return Loopback()
	case "train-python":
		home, err := Trainer()
		return filepath.Join(home, "bin", "python"), err
	}
	if path, err := Tools(name); err == nil {
		return path, nil
	}
	return Node(name)
}

// Loopback returns the path of the Node module that resolves *.localhost;
// give it to the CDK as NODE_OPTIONS="--require <path>".
func Loopback() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(place{root}.source("packages", "node"), "loopback.cjs"), nil
}

func installed(where func(place) string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	path := where(place{root})
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not installed: run `make up` first", filepath.Base(path))
	}
	return path, nil
}

// place knows where things lie, given the repository's root.
type place struct{ root string }

func here() (place, error) {
	root, err := Root()
	return place{root}, err
}

func (p place) state() string { return filepath.Join(p.root, ".local") }

// source is a file or folder below localstack/cloud/ in the repository.
func (p place) source(elem ...string) string {
	return packages.Root(p.root).Source(elem...)
}

// pkg is the home of one installed package set.
func (p place) pkg(name string) string { return packages.Root(p.root).Home(name) }

// data is a store's folder, wiped at every start.
func (p place) data(name string) string { return filepath.Join(p.state(), "data", name) }

func (p place) logs() string { return filepath.Join(p.state(), "logs") }

func (p place) log(service string) string { return filepath.Join(p.logs(), service+".log") }

func (p place) run(name string) string { return filepath.Join(p.state(), "run", name) }

// program is the copy of this binary that supervises, so that it outlives
// the temporary folder of `go run`.
func (p place) program() string { return p.run("localstack") }

func (p place) gateway() string { return p.run("gateway") }

// issuer holds the development issuer's key.
func (p place) issuer() string { return filepath.Join(p.state(), "issuer") }
