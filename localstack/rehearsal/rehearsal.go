package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"rialto/infra/operate"
	"rialto/localstack/demo/shop"
	"rialto/localstack/standins/issuer"
)

const (
	clock = "2006-01-02T15:04:05"
	// ahead is how far away the event is: further than anything that others on the local cloud have in the calendar.
	ahead  = 300 * 24 * time.Hour
	lasts  = 4 * time.Hour
	units  = 1_000
	perSec = 200 // of the deal
)

// Step is a step of the event as the operators' API tells it.
type Step struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Was    int64  `json:"was"`
	Wanted int64  `json:"wanted"`
	Is     int64  `json:"is"`
	State  string `json:"state"`
	Note   string `json:"note"`
}

// Event is the event as the operators' API tells it.
type Event struct {
	ID       string    `json:"event_id"`
	State    string    `json:"state"`
	Start    time.Time `json:"starts_at_utc"`
	Back     time.Time `json:"back_at_utc"`
	End      time.Time `json:"ends_at_utc"`
	Steps    []Step    `json:"steps"`
	Warnings []string  `json:"warnings"`
}

// Moment is a time at which the function was run, and what the event was then.
type Moment struct {
	Name string
	At   time.Time
	Event
}

// moments are those that are played. Before the event each step is to be done or excused, after it back where it was.
func moments(e Event) []Moment {
	return []Moment{{Name: "two hours before", At: e.Start.Add(-2 * time.Hour)},
		{Name: "a quarter of an hour before", At: e.Start.Add(-15 * time.Minute)},
		{Name: "at its end", At: e.End}, {Name: "after", At: e.Back}}
}

// Run plays an event and prints what became of each step. Errors: what was neither done nor excused before the event, or did not go back.
func Run(ctx context.Context, now time.Time, out io.Writer) ([]Moment, error) {
	token, err := shop.Mint(issuer.Claims{}.AsOperator("rehearsal"))
	if err != nil {
		return nil, err
	}
	stage, ops := operate.Local(), &shop.Client{Base: shop.OpsURL, Token: token}
	product, seller, err := list(ctx, stage)
	if err != nil {
		return nil, err
	}
	path := "/ops/v1/campaigns/rehearsal-" + strings.TrimPrefix(product, "prd_")
	start := now.UTC().Add(ahead).Truncate(time.Hour)
	var e Event
	_, err = ops.Call(ctx, http.MethodPut, path, map[string]any{"name": "A rehearsal", "marketplaces": []string{"US"}, "time_zone": "UTC",
		"starts_at": start.Format(clock), "ends_at": start.Add(lasts).Format(clock), "peak_orders_per_second": 50, "peak_page_views_per_second": 900,
		"deals":  []any{map[string]any{"product_id": product, "seller_id": seller, "units_per_second": perSec}},
		"reason": "a rehearsal"}, &e)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "PUT %s: %s, from %s to %s\n", path, e.State, e.Start.Format(time.DateTime), e.End.Format(time.DateTime))
	for _, w := range e.Warnings {
		fmt.Fprintf(out, "  warning: %s\n", w)
	}
	played := moments(e)
	for n := range played {
		m := &played[n]
		if err := prepare(ctx, stage, e.ID, m.At); err != nil {
			return played, err
		}
		if _, err := ops.Call(ctx, http.MethodGet, path+"?reason=a+rehearsal", nil, &m.Event); err != nil {
			return played, err
		}
		m.print(out)
	}
	return played, judge(played)
}

// list makes a product with an offer and units, for a deal.
func list(ctx context.Context, stage *operate.Client) (product, seller string, err error) {
	product, seller = shop.NewID("prd_"), shop.NewID("sel_")
	usd := func(minor int64) map[string]any { return map[string]any{"amount": minor, "currency": "USD"} }
	for _, step := range []struct {
		function string
		input    map[string]any
	}{
		{"catalog-import", map[string]any{"products": []any{map[string]any{"product_id": product, "title": "Deal of a rehearsal", "description": "A deal.",
			"brand": "Testwell", "category_id": "tests", "category_path": []string{"tests"}, "bullets": []string{}, "attributes": map[string]string{},
			"images": []string{}, "owner_id": seller}}}},
		{"offers-import", map[string]any{"offers": []any{map[string]any{"product_id": product, "seller_id": seller, "seller_name": "Test seller",
			"marketplace": "US", "price": usd(1999), "shipping": usd(0), "condition": "new", "fulfillment": "rialto"}}}},
		{"inventory-receive", map[string]any{"rows": []any{map[string]any{"receipt_id": product, "product_id": product, "seller_id": seller,
			"fulfillment_center_id": "us-west-2", "quantity": units}}}},
	} {
		var report struct {
			Failed int `json:"failed"`
		}
		if err := stage.Invoke(ctx, step.function, step.input, &report); err != nil {
			return "", "", err
		}
		if report.Failed > 0 {
			return "", "", fmt.Errorf("%s: %d rows failed", step.function, report.Failed)
		}
	}
	return product, seller, nil
}

// prepare has the function run as if it were that time. While its schedule has it run, it does nothing else.
func prepare(ctx context.Context, stage *operate.Client, id string, at time.Time) error {
	for {
		var did struct {
			Busy bool `json:"busy"`
		}
		if err := stage.Invoke(ctx, "campaigns-prepare", map[string]any{"event_id": id, "now": at}, &did); err != nil {
			return err
		}
		if !did.Busy {
			return nil
		}
		if err := shop.Pause(ctx, time.Second); err != nil {
			return errors.New("a run of campaigns-prepare does not end")
		}
	}
}

func (m Moment) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s, %s: %s\n", m.Name, m.At.Format(time.DateTime), m.State)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  step\tof\twas\twanted\tis\tstate\t")
	for _, s := range m.Steps {
		if s.State != "excused" {
			fmt.Fprintf(table, "  %s\t%s\t%d\t%d\t%d\t%s\t%s\n", s.Kind, short(s.Name), s.Was, s.Wanted, s.Is, s.State, s.Note)
		}
	}
	_ = table.Flush() // to whoever reads along
	for _, line := range m.excused() {
		fmt.Fprintln(out, "  "+line)
	}
}

// excused are the kinds that the stage has none of, each once, with its reason.
func (m Moment) excused() (lines []string) {
	count := map[string]int{}
	for _, s := range m.Steps {
		if s.State == "excused" {
			count[s.Kind+": not on this stage: "+s.Note]++
		}
	}
	for line, n := range count {
		kind, why, _ := strings.Cut(line, ": ")
		lines = append(lines, fmt.Sprintf("%s (%d): %s", kind, n, why))
	}
	slices.Sort(lines)
	return lines
}

// short is a name that a line has room for: ids are long.
func short(name string) string {
	const most = 28
	if len(name) > most {
		return name[:most-1] + "…"
	}
	return name
}

// judge says what is not as it should be.
func judge(played []Moment) error {
	var wrong []error
	for n, m := range played {
		fine := []string{"done", "excused"}
		switch {
		case n == 0:
			fine = append(fine, "waiting") // pages are asked for later
		case n == len(played)-1:
			fine = []string{"back", "stays", "excused"}
		}
		for _, s := range m.Steps {
			if !slices.Contains(fine, s.State) {
				wrong = append(wrong, fmt.Errorf("%s: %s %s is %s: %s", m.Name, s.Kind, s.Name, s.State, s.Note))
			}
		}
	}
	if last := played[len(played)-1]; last.State != "closed" {
		wrong = append(wrong, fmt.Errorf("the event is %s after all", last.State))
	}
	return errors.Join(wrong...)
}
