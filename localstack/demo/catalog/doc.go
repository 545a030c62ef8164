// Package catalog makes the catalogs that the local cloud is seeded with: a bundled one, generated from a seed and
// the same every time, and any that is brought as a JSON file.
package catalog
