// Package store is the one way to DynamoDB.
//
// A context's store package describes writes as values (Put, Update, Delete, Check with a condition) and
// hands them to a DB. Two DBs exist: Dynamo, and laboratory/memory for tests below the store suites;
// one suite (laboratory/storetest) runs on both. Because writes are values, several contexts' writes compose into one transaction
// without any of them knowing the others' tables.
//
// laboratory/recorded decorates either, in tests and benchmarks, and counts what its calls cost.
//
// What the package promises:
//   - a refused write says which of its conditions failed and shows the item that was found (*Refused), so a
//     retry recognises its own earlier success;
//   - a transaction that merely met another one (TransactionConflict) is tried again with jitter a bounded
//     number of times before it is reported;
//   - reads are consistent unless a Query asks otherwise or goes to an index.
//
// Every table's key is pk (S) and, where it has one, sk (S).
package store
