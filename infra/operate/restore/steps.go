package restore

import (
	"fmt"
	"strings"
)

// Steps are what the restore of a table leaves to be done.
type Steps struct {
	Table string
	// Never says why an item of it is not put back as it was, and what is done instead; empty where it may be.
	Never string
	// After is what follows when functions are given the restored table whole: what was written since the copy's time is not in it,
	// and what others made of that is.
	After string
}

// steps has a line for each table of functions/contract.
var steps = []Steps{
	{"products", "", "make reindex, of every marketplace; buy_boxes and carts read it and keep nothing of it but titles"},
	{"contributions", "", "nothing: the pages in products are made, and a seller's next word makes its page anew"},
	{"buy_boxes", "", "make rebuild TABLE=buy_boxes: until then pages of products show boxes as of then; search, carts and checkouts read offers"},
	{"projections", "", "make reindex, of every marketplace: its numbers went back, and an index refuses lower ones; search-synonyms for words " +
		"that changed since; products' ratings as they change next"},
	{"offers", "", "make reindex, of every marketplace; offers-import, and sellers' feeds, for prices since then; buy boxes follow those"},
	{"inventory", "its units must balance with holds; inventory-receive books a difference, and a seller's count what is there",
		"sellers' counts (a feed of stock), as sales since then are not in it: until then there may be fewer units than it says; buy boxes follow"},
	{"holds", "they must balance with inventory; checkout-sweep gives back what no order has",
		"restore inventory to the same second, and have sellers count; orders since then have no holds, and their parcels ship without"},
	{"coupons", "a budget must balance with redemptions; promotions-import sets it by the difference", "promotions-import of what was made since"},
	{"redemptions", "they must balance with coupons; nothing is done, and a use is not counted", "restore coupons to the same second"},
	{"carts", "", "nothing: copies in the cache are newer, and are shown for up to a day or until a cart is changed; checkouts read the table"},
	{"checkouts", "a run that is over must not begin anew; the order, where there is one, stands in orders",
		"stop checkout-sweep and checkout-timer first: they undo what is open in it, and some of that was placed since (orders has its order_id)"},
	{"customers", "it is made of PostgreSQL, and a person may have been erased since; the customer's next change writes it",
		"the customers' next change of address or payment method writes each from PostgreSQL, which has them all"},
	{"consents", "", "whoever chose since then chooses again; what was refused since is not known"},
	{"traffic", "it is made of the lake: clickstream-settle with {\"since\": \"…\"} counts it anew",
		"clickstream-settle with {\"since\": \"…\"} of the copy's day counts anew what sellers see of it; raw rows are kept 30 days"},
	{"recommendations", "it is made of the model's files; an execution of retrain with {\"version\": \"…\"} loads them",
		"an execution of retrain with the input {\"version\": \"…\"} loads the model anew"},
	{"payments", "the gateway's books say what was paid; payments-reconcile takes them over",
		"payments-reconcile with {\"day\": \"…\"} for every day since then, before parcels ship; what it cannot take over it lists"},
	{"orders", "", "orders since then are in checkouts (PLACED), shipments, payments and the ledger: look them up there before shoppers ask"},
	{"shipments", "a parcel's state moves money; fulfillment-resolve and fulfillment-overdue act on one",
		"parcels that left since then say they did not: compare them with tracking and payments before fulfillment-overdue runs"},
	{"tracking", "", "nothing: carriers' events since then are missing in orders' histories"},
	{"returns", "a return's state moves money; payments-reissue acts on its refund",
		"returns that were refunded since then say they were not: payments knows each by its id, and gives none twice"},
	{"seller_orders", "", "sellers' lists miss parcels since then until each moves on; shipments has them all"},
	{"sellers", "", "sellers-tier, and blocks, of what changed since; offers hear of those by event"},
	{"rate_limits", "it is of the last minutes", "nothing: buckets are full again"},
	{"invoices", "its numbers have no gaps and none twice; a counter must stand behind its last paper",
		"stop invoices-issue first, and set each counter behind its last number, which the table before has: or numbers are given twice"},
	{"feeds", "a feed's chunks are counted as they come in; its seller uploads it again", "sellers upload again what they sent since"},
	{"ratings", "", "make rebuild TABLE=seller_ratings"},
	{"seller_ratings", "it is the sum of ratings; make rebuild TABLE=seller_ratings sums it",
		"make rebuild TABLE=seller_ratings: offers hear of what it changes"},
	{"reviews", "", "make rebuild TABLE=product_ratings; restore review_votes to the same second; images that went since have no files"},
	{"review_votes", "", "restore reviews to the same second: it has their sum"},
	{"product_ratings", "it is the sum of reviews; make rebuild TABLE=product_ratings sums it",
		"make rebuild TABLE=product_ratings: search hears of what it changes"},
	{"campaigns", "what was warmed is written there before it is changed: a claim that is missing stays raised",
		"compare the calendar with what is raised (GET /ops/v1/campaigns), and put again the entries that are missing"},
	{"audit_log", "", "nothing: the calls since then are missing, and the access log of the ops API has them"},
	{"webhooks", "", "sellers put again the endpoints that they changed since; messages may come twice, under their ids"},
	{"notifications", "", "mails since then may be sent again when their event is replayed; addresses that bounced since are tried again"},
	{"ledger", "its journals follow from events, each once; a journal that is missing must be found before a payout runs",
		"stop payouts-run first: payments, shipments and returns since then have no journals, and make replay brings only what had failed"},
}

// stepsOf returns a table's line.
func stepsOf(table string) (Steps, error) {
	var names []string
	for _, s := range steps {
		if s.Table == table {
			return s, nil
		}
		names = append(names, s.Table)
	}
	return Steps{}, fmt.Errorf("there is no table %q; there are %s", table, strings.Join(names, ", "))
}
