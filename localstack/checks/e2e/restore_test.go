package e2e

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/infra/operate"
	"rialto/infra/operate/restore"
	"rialto/localstack/checks/audit"
	"rialto/localstack/demo/shop"
)

// A product's page is lost from its table, and comes back from the copy of a drill as it was; what follows from it is made again by what
// the drill says: a reindex. Other tests write the same table meanwhile, so only this test's products are looked at.
//
// Seen to catch: an item that is put back otherwise than it was; one that was there written over.
func TestWhatATableLostComesBackFromADrill(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	s := &testMarket{market: "EG", currency: "EGP", products: []string{shop.NewID("prd_"), shop.NewID("prd_"), shop.NewID("prd_")}}
	s.stock(ctx, t, shop.NewID("sel_"), s.products)
	s.equal(ctx, t, "at first", false)
	before := s.told(ctx, t)

	client := restore.New(stage)
	o := restore.Options{Table: "products", Keep: true}
	report, err := client.Drill(ctx, o)
	if report.Restored == 0 { // how much differs is of the others' writes, too
		t.Fatal(err)
	}
	if !report.Whole || report.Copied() < int64(len(s.products)) {
		t.Errorf("the drill looked at %+v", report)
	}
	lost, kept := s.products[0], s.products[1]
	if _, err := tables.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("rialto-local-products"),
		Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: lost}}}); err != nil {
		t.Fatal(err)
	}
	until(ctx, t, "the lost product is in the index no more", 3*time.Minute, func() bool {
		index, err := auditor.Index(ctx, s.market)
		return err == nil && index[lost] == nil && index[kept] != nil
	})
	if d := before.Differ(s.told(ctx, t)); len(d) != 1 {
		t.Fatalf("the tables lost %q", d)
	}

	for id, want := range map[string][2]int{lost: {1, 0}, kept: {0, 1}} {
		if written, there, err := client.PutBack(ctx, "products", id); err != nil || written != want[0] || there != want[1] {
			t.Errorf("%s: %d put back, %d there, want %v (%v)", id, written, there, want, err)
		}
	}
	until(ctx, t, "the tables are as before", 3*time.Minute, func() bool { return len(before.Differ(s.told(ctx, t))) == 0 })
	var said bytes.Buffer
	if err := stage.Reindex(ctx, operate.ReindexOptions{Marketplace: s.market, Out: &said}); err != nil {
		t.Fatal(err)
	}
	s.equal(ctx, t, "after the restore", false)

	o.Keep = false // a drill of the same table finds the copy that was left, and leaves none
	if again, err := client.Drill(ctx, o); again.Restored == 0 {
		t.Fatal(err)
	}
	if _, _, err := client.PutBack(ctx, "products", lost); err == nil {
		t.Error("the copy is still there")
	}
	t.Logf("%d items copied in %s, compared in %s; %s", report.Copied(), report.Restored, report.Compared, said.String())
}

// told is what the tables say of the test's products.
func (s *testMarket) told(ctx context.Context, t *testing.T) audit.Documents {
	t.Helper()
	all, err := auditor.Tables(ctx, s.market)
	if err != nil {
		t.Fatal(err)
	}
	mine := audit.Documents{}
	for _, id := range s.products {
		if all[id] != nil {
			mine[id] = all[id]
		}
	}
	return mine
}
