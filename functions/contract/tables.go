package contract

import "rialto/functions/internal/tables"

// Table is one DynamoDB table.
type Table = tables.Table

// Index is a global secondary index of a table.
type Index = tables.Index

// Tables lists every table, those of a context together.
func Tables() []Table { return tables.All() }
