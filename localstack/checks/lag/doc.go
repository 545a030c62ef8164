// Package lag measures how long a committed change takes until a search finds it, with probe documents through the
// deployed local cloud, split by stage; and sets beside it what AWS's defaults make of the same stages.
//
// The local cloud's emulator reads streams and queues more slowly than AWS does, so the local figures show that the
// path works and where its time goes, not what AWS would take; that is arithmetic, and its inputs stand in aws.go.
package lag
