// Package packages installs what the local cloud and its tools are made of, from package registries, as the lock files beside
// it pin it. It stands apart from what runs the cloud, and imports little, so that a machine with empty caches fetches
// while it still compiles the rest.
//
// # Invariants
//
//   - An install happens in a temporary folder and is renamed when complete, so an interrupted one leaves nothing that
//     blocks or is taken for done.
//   - What a lock file does not pin is not installed.
package packages
