// Package restore rehearses the restore of a table, and puts back what was lost of one. A drill restores a table beside the live one,
// as <table>-drill, compares the two item by item, and deletes it again; nothing of the live table is touched. What was lost comes back
// from a drill's copy that was kept: items of one key that the live table does not have, and no others.
//
// On AWS a copy is a restore to a point in time. DynamoDB Local has none: there the copy is a scan of the live table, made at once. So
// a rehearsal on the local cloud shows that copy, comparison, putting back and clean-up work, and nothing of how long AWS takes.
package restore
