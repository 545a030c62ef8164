// Package laboratory is where the instruments of proof stand, a folder each. No function that is deployed reaches
// them; a law of the house sees to it.
//
//	schedule    runs tasks over a store one step at a time, in an order that a seed chooses, with faults
//	memory      DynamoDB in memory
//	recorded    writes down every call to a store and what it costs
//	capacity    what DynamoDB charges for a read or a write
//	partitions  DynamoDB's partitions, conflict windows and throttles on virtual time
//	storetest   one suite for the store in memory and for a real DynamoDB
//	dates       runs tests as if it were another day
//	event       two hours of an event: recorded checkouts in front of models of the services
//	mutants     this tree with one small mistake, each with the checker that must kill it
package laboratory
