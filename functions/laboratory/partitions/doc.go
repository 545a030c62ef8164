// Package partitions is a model of DynamoDB under load, on virtual time: the partitions that items hash onto, their
// capacity, and the time for which a transaction has its items to itself. It is for tests and benchmarks: nothing
// that is deployed wires it, and it knows no context.
//
// A Service stands for the tables of a region and has one inner DB that answers at once (a memory.DB). Each
// execution environment reaches it through a Client of its own, which is a store.DB and counts what its calls met.
//
// What the model does:
//   - an item lives on the partition that FNV-1a of its table and its pk, mixed once more, points to, as DynamoDB
//     places items by a hash of the partition key alone: items of one pk share a partition whatever their sk;
//   - a partition has a token bucket for writes and one for reads. Units are those of store's calculator. A call that
//     finds a bucket empty is refused as throttled, the whole transaction if one of its items is; another takes what
//     it needs, and may leave the bucket in debt;
//   - a transaction has every item that it touches for a window that begins when it arrives. Another transaction,
//     plain write or transactional read that meets an open window is refused with TransactionConflict, pays its
//     units, and opens no window. Reads by Get, GetMany and Query do not conflict;
//   - a refused write is tried again by store.Again with store.Wait, the code that store.Dynamo uses.
//
// What it leaves out, each to the disadvantage of the figures unless it says otherwise:
//   - burst capacity (300 s of unused units) and split for heat are off;
//   - a transaction refused by a condition has its items for the whole window, as if it had been made;
//   - the bytes of an index are not charged: no table under test has one (in favour);
//   - a write is visible to reads from the beginning of its window, not its end (in favour, by some milliseconds);
//   - SDK retries of throttled plain calls: a throttled call fails at once.
package partitions
