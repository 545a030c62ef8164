// Package inventory owns the units that sellers keep in fulfilment centres: how many are free, who holds the
// others, and from which centre an order ships.
//
// Invariants, kept by every operation, repeated or interrupted anywhere:
//   - per sku and centre, and per shard of it, received + returned + adjusted + moved = available + held + committed +
//     shipped - debt (Balance), and over a centre's shards moved is 0 (BalanceAll);
//   - available is never negative: nothing is sold twice;
//   - every unit that a checkout takes is given back or shipped: nothing is stranded. A release that comes
//     before its hold leaves a tombstone that blocks it;
//   - an order's holds are placed together and committed together, or not at all;
//   - nobody is told that units are missing who did not, at some instant of the call or the second before it, want more
//     than there were in the planned centre.
//
// # Hot stock
//
// A sku's units in a centre are one item. Where more transactions meet on it than one item bears, it is divided into
// shards by functions/internal/shards, and one item again when it is calm. An order's hold stays one record a pick, so
// that the pivot finds it by the plan alone; it says which shards it drew on, and its units return there. Orders are
// spread over the centres that serve them alike by a hash of their ids, which every repetition of a plan has too.
//
// # What sellers say
//
// A Change is what came, came back, was found or lost (relative), or was counted (absolute). All on the shelf is
// counted: what is sold and not yet shipped too. A count is of its moment, not of when it is read: what should have
// been there then is what should be there now, received + returned + adjusted - shipped, less what moved since, which a
// journal keeps by second for 30 days. The difference is booked as an adjustment. So what was sold or came in between
// is neither sold again nor lost. What moved in the count's own second is judged the safe way: the count is taken to
// have what came then, and what left. So units may be missing from the books until they are counted again, and none
// are ever in them twice. A count of the same second as the last that was booked, or older, is superseded; relative
// changes never are.
//
// What moves counts by when it happened, as the event, the receipt or the change says, not by when it is booked: an event
// may come from a dead-letter queue days later. If the last count that was booked is of after that, it has seen already
// what came and missed what left. So what came is entered and taken out again (returned +n, adjusted -n), and what left
// gives back what the count took away for it (shipped +n, adjusted +n). Which of the two it is, a movement decides by a
// condition on the last count, and a count is booked on the condition that nothing moved since it looked; both stand in
// shard 0, so that the two meet there whichever shard the units are on.
//
// When more units are gone than are free, the rest is a debt, and the next units that return or come pay it before any
// are for sale. While a shard owes, it has nothing free. On divided stock debts lie on shards with as many units in
// holds, so that those pay them; units that come free on other shards meanwhile can be sold until the next look at all
// shards, which pays debts first.
//
// # What sellers see
//
// A seller reads its units by product and centre: available, held by checkouts, committed to orders, owed. The pivot commits holds and
// touches no stock, as it would meet every other sale of a hot item there, so only the holds know which of the two a unit is, and they
// are kept by order. A tally beside the stock counts what is committed: OrderPlaced has each hold of the order counted once, and the
// step by which the hold's units leave, or come free, takes them out again, in one transaction. So the tally is exact as far as holds
// are counted, and until the event has come, seconds as a rule, what was sold counts as held. So does, until it leaves, what was sold
// before there was a tally.
//
// Events out: StockBandChanged, of all units in a centre. In: OrderPlaced (orders), ShipmentShipped, ShipmentWrittenOff, ShipmentReduced,
// ShipmentCancelled, ReturnReceived (fulfillment). Saga tasks: hold, release.
package inventory
