// Package mutants keeps mutants of this tree: mistakes that other shops have shipped, each a small patch, and proves that
// each would be killed. It holds tests only.
//
// A patch in testdata is a text: a story, the checker that must kill the mutant, where that checker runs, and the edits.
// It is laid over the tree with go build's -overlay, so no file is ever changed. With it the tree must compile, and the
// plain tests of the packages that it touches must pass, but for those that it names: a few mutants are here though
// plain tests see them too, to show that the checkers would not need those. The checker that a patch names must report
// it. Killed by others only, or by none, fails.
//
// go test checks that every old text still occurs exactly once and that every checker is there, so that patches do
// not rot; RIALTO_PROVE=1 (make prove) runs them.
package mutants
