// Package operate reaches a deployed stage as an operator does: it invokes functions by name, brings the schema and the
// search indexes up to date, and rebuilds an index. Stage "local" is the local cloud; every other stage is on AWS, with
// the credentials and the region of the environment.
package operate
