// Package storetest runs one suite on every store.DB: the fake, and DynamoDB when the local cloud runs.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/memory"
)

// Endpoint names the variable that holds the address of a DynamoDB to run the suites on. make test sets it.
const Endpoint = "RIALTO_TEST_DYNAMODB"

// Each runs test on an empty fake and on empty tables of a real DynamoDB. The fake's pages are as small as can be, so that
// who reads the first alone is noticed.
func Each(t *testing.T, test func(t *testing.T, db store.DB)) {
	t.Helper()
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		db := memory.New()
		db.Page = 1
		test(t, db)
	})
	t.Run("dynamodb", func(t *testing.T) {
		t.Parallel()
		test(t, Dynamo(t))
	})
}

// Dynamo returns a DB with every table new and empty; it skips where no DynamoDB runs.
func Dynamo(t *testing.T) *store.Dynamo {
	t.Helper()
	endpoint := os.Getenv(Endpoint)
	if endpoint == "" {
		t.Skip("needs the local cloud: make test starts it and sets " + Endpoint)
	}
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	db := store.NewDynamo(aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}, "test-"+hex.EncodeToString(random)+"-", mathrand.Float64)
	db.Pause = store.Backoff(time.Millisecond, mathrand.Float64)
	for _, table := range tables.All() {
		create(t, db, table)
	}
	return db
}

func create(t *testing.T, db *store.Dynamo, table tables.Table) {
	t.Helper()
	name := aws.String(db.Prefix + table.Name)
	in := &dynamodb.CreateTableInput{TableName: name, BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}}}
	attributes := []string{"pk"}
	if table.Sorted {
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange})
		attributes = append(attributes, "sk")
	}
	for _, i := range table.Indexes {
		projection := types.ProjectionTypeAll
		if i.KeysOnly {
			projection = types.ProjectionTypeKeysOnly
		}
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: &i.Name,
			KeySchema:  []types.KeySchemaElement{{AttributeName: &i.Hash, KeyType: types.KeyTypeHash}, {AttributeName: &i.Sort, KeyType: types.KeyTypeRange}},
			Projection: &types.Projection{ProjectionType: projection}})
		attributes = append(attributes, i.Hash, i.Sort)
	}
	slices.Sort(attributes)
	for _, a := range slices.Compact(attributes) { // an index may have an attribute of the table's key
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(a),
			AttributeType: types.ScalarAttributeTypeS})
	}
	if _, err := db.Client.CreateTable(context.Background(), in); err != nil {
		t.Fatalf("create %s: %v", *name, err)
	}
	t.Cleanup(func() {
		_, _ = db.Client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: name})
	})
}
