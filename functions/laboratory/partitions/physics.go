package partitions

import "time"

// Physics are the constants of the model. Change one and every figure follows.
type Physics struct {
	// Partitions is how many a table has. A table gets more by warm throughput, set ahead of an event.
	Partitions int
	// WriteUnits and ReadUnits are what a partition serves in a second.
	WriteUnits, ReadUnits float64
	// Depth is how many seconds of unused units a partition keeps. The service counts whole seconds and lets up to 300
	// be saved for bursts; a tenth is stricter, and shows within a short run what a partition cannot bear for long.
	Depth float64
	// A transaction has its items for WindowLeast to WindowMost, uniformly.
	WindowLeast, WindowMost time.Duration
	// RoundTrip is a call's way to the service and back, half of it each; Read and Write are what a read and a
	// plain write take there. A transaction takes its window.
	RoundTrip, Read, Write time.Duration
}

// Documented returns the physics that the service documents, where it does, and otherwise what the design assumes.
//
// 1,000 write units and 3,000 read units a partition, and the hash of the partition key alone:
// docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html. Conflicts: the same
// guide, transaction-apis.html#transaction-conflict-handling. A transaction prepares its items, then commits them,
// and refuses others between: Idziorek et al., Distributed Transactions at Scale in Amazon DynamoDB, USENIX ATC
// 2023. Its figures have no scale, and the service promises "single-digit milliseconds" only: the window, the
// round trip within a zone's region, the read and the write are assumptions on that promise.
func Documented(partitions int) Physics {
	return Physics{
		Partitions: partitions,
		WriteUnits: 1000, ReadUnits: 3000, Depth: 0.1,
		WindowLeast: 4 * time.Millisecond, WindowMost: 8 * time.Millisecond,
		RoundTrip: 2 * time.Millisecond, Read: time.Millisecond, Write: 3 * time.Millisecond,
	}
}
