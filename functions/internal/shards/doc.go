// Package shards divides a counter that is drawn on by more transactions at once than one item bears.
//
// Two transactions that meet on one DynamoDB item do not queue: one is refused. So it is not write units that limit a
// hot counter but transactions in flight, its rate times their latency, and the cure is more items. A counter is one
// item, shard 0, as long as that does; it costs nothing more than a plain item then, and nothing is read for it.
//
// # The layout
//
// A divided counter has a layout beside shard 0: three bounds that only grow, open <= active < next. Shards from
// active to next are active. Growing raises next, shrinking raises active, and closing raises open past a shard that
// is empty and that no draw points at. A shard is never deleted and its number never used again, so whoever acts on an
// old layout finds a shard there is or was: it can be late, and not wrong.
//
// # One direction
//
// Units move from older shards to younger ones only, so that growth feeds the new shards and shrinking, which retires
// the old, leaves the units where they stay. A repeated transfer, after a lost answer, moves again and unbalances
// nothing.
//
// # An environment
//
// Each execution environment draws at a home of its own. A conflict moves its home to another active shard; enough of
// them make it propose twice as many. An empty home is fed from an older shard, half of the richest of a few. If those
// have too little, all shards and the layout are read in one transaction. Then a draw is spread over several shards,
// or there is less than wanted: only that reading, made during the call or at most MaxAge before it, says so. About
// once a second somebody reads all shards anyway, writes how many units there are into the layout as a hint, and takes
// one step towards the width that the rate since the last time needs.
//
// An environment starts as if no counter were divided. It learns of a layout from a conflict, or from shard 0, which
// growth empties and marks, so that the refusal of a draw shows it.
//
// # What a context adds
//
// The items are the context's, in its table: it may add to attributes of its own in the same writes, and it keeps the
// draws with whatever it drew for, so that they return to the shards that they are from. For every shard,
//
//	put in + moved = available + out + spent - debt
//
// and the sum of moved over all shards is 0. A debt is units that were taken from the counter while draws had them:
// the shard has nothing free until they are paid, by its own returns first.
package shards
