// Package build makes the functions' zips: one a context, which all its functions share.
//
// # Invariants
//
//   - The same source gives the same bytes: no paths, no commit, no time of the machine enters a binary or its zip.
//     So CDK sees the same asset, and what did not change is not deployed again.
//   - A zip is replaced in one step, and only when its content changed.
package build
