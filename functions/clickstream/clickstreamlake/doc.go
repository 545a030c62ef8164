// Package clickstreamlake keeps the lake as files in the context's bucket. It is the only place that knows their names and
// the Parquet in them; README.md of the context tells both.
package clickstreamlake
