// Package events holds the schema of every event, and a real example beside each:
// <context>/<Name>.v<version>.schema.json and .example.json. An event's schema never changes in a way that
// refuses what an earlier publisher wrote; what would is a new version beside the old.
package events

import "embed"

// Files holds the schemas and examples.
//
//go:embed */*.json
var Files embed.FS
