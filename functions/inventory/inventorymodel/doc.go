// Package inventorymodel runs the deployed code of inventory's store against a model of DynamoDB
// (functions/laboratory/partitions) on virtual time, to see what one hot sku can bear. It holds tests only; make bench
// prints them.
//
// The load is closed: E execution environments, each one placing a hold of one unit for a new order, committing it
// where that is said, and going on with the next order as soon as it has its answer. An environment's orders ship
// from one of the sku's centres, environments being dealt to the centres in turn, or, where that is said, from wherever
// each order is routed to among all of them.
//
// Every constant stands in partitions.Physics or in load; nothing is measured on the machine's clock.
package inventorymodel
