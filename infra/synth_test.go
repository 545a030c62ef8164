package infra

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"rialto/functions/contract"
	"rialto/statemachines"
)

// synthesized holds every stage's assembly, made once: each takes seconds.
var synthesized = map[string]*assembly{}

// folders holds each stage's cloud assembly.
var folders = map[string]string{}

func TestMain(m *testing.M) {
	code, err := synthesizeAll(m)
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func synthesizeAll(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "infra")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	zips := filepath.Join(dir, "zips")
	if err := standInZips(zips); err != nil {
		return 1, err
	}
	for _, stage := range stages {
		out := filepath.Join(dir, stage.Name)
		folders[stage.Name] = out
		if err := Synth(options(stage, out, zips)); err != nil {
			return 1, err
		}
		if synthesized[stage.Name], err = readAssembly(out, stage); err != nil {
			return 1, err
		}
	}
	return m.Run(), nil
}

func options(stage Stage, out, zips string) Options {
	return Options{Stage: stage, Out: out, Zips: zips, Fonts: zips, Checkout: statemachines.Checkout, Retrain: statemachines.Retrain,
		Training:  filepath.Join("..", "functions", "recommendations", "training"),
		Documents: standInDocuments()}
}

// standInZips lays a file for each context's zip, and each font: synth only hashes and copies them.
func standInZips(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names := []string{"JP.ttf", "KR.ttf", "SC.ttf"}
	for _, f := range contract.Functions() {
		names = append(names, f.Context+".zip")
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func standInDocuments() Documents {
	shopper, seller := standInDocument("/api/v1", "guest"), standInDocument("/seller/v1", "seller")
	ops := standInDocument("/ops/v1", "operator")
	return Documents{Shopper: Document{Deployed: shopper, Reference: shopper}, Seller: Document{Deployed: seller, Reference: seller},
		Ops: Document{Deployed: ops, Reference: ops}}
}

// standInDocument is as small as a document can be that has every kind of operation.
func standInDocument(base, access string) map[string]any {
	operation := func(function, access string) map[string]any {
		return map[string]any{
			"x-rialto-function": function, "x-rialto-access": access,
			"responses": map[string]any{"200": map[string]any{"description": "ok", "x-rialto-note": "ours"}},
		}
	}
	return map[string]any{
		"openapi": "3.0.3",
		"info":    map[string]any{"title": "stand-in", "version": "1"},
		"servers": []any{map[string]any{"url": "/"}},
		"paths": map[string]any{
			base + "/products/{product_id}": map[string]any{"get": operation("catalog-api", "public")},
			base + "/cart/items":            map[string]any{"post": operation("carts-api", access)},
			base + "/orders":                map[string]any{"get": operation("fulfillment-api", access)},
		},
	}
}

// find returns the one resource of a type in a stage for which property has the value.
func find(t *testing.T, stage, kind, property, value string) resource {
	t.Helper()
	var found []resource
	synthesized[stage].each(func(_ template, _ string, r resource) {
		if flat(r.at(property)) == value {
			found = append(found, r)
		}
	}, kind)
	if len(found) != 1 {
		t.Fatalf("%s has %d resources of type %s whose %s is %q, want 1", stage, len(found), kind, property, value)
	}
	return found[0]
}

// copyOf is an assembly that a test may break.
func copyOf(t *testing.T, stage string) *assembly {
	t.Helper()
	data, err := json.Marshal(synthesized[stage].templates)
	if err != nil {
		t.Fatal(err)
	}
	out := &assembly{stage: synthesized[stage].stage}
	if err := json.Unmarshal(data, &out.templates); err != nil {
		t.Fatal(err)
	}
	return out
}
