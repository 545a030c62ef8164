package demo

import (
	"context"
	"slices"
	"strings"

	"rialto/localstack/checks/audit"
)

// lake sends looks a second time and an event that is none, and shows what the lake has then.
func (d *demo) lake(ctx context.Context, v *visitor, looks []event) error {
	none := newEvent("stare", looks[0].Attributes.Object["object_id"])
	for _, batch := range [][]event{looks, {none}} {
		if err := v.send(ctx, batch); err != nil {
			return err
		}
	}
	d.p.step("POST /events", "the looks again, as a page sends them that lost the answer, and an event called %s", none.Action)
	var l lake
	if err := d.await(ctx, "the lake to have them", "clickstream-consume", func() (bool, error) {
		// On its own it is settled every 15 minutes.
		if err := d.stage.Invoke(ctx, "clickstream-settle", struct{}{}, nil); err != nil {
			return false, err
		}
		var err error
		l, err = readLake(ctx)
		return l.has(looks, none), err
	}); err != nil {
		return err
	}
	d.p.step("what is in the lake", "read back from its Parquet files in S3")
	d.p.detail("events     %d, each once: %s", len(l.events), counts(named(l.events)))
	d.p.detail("apart      %d copies dropped, %d of bots, %d under an id that was taken", copies(l.raw), len(l.bots), len(l.conflicts))
	d.p.detail("no events  kept as they came, with why: %s", counts(l.reasons()))
	return nil
}

// lake is what is in the lake's files, by event id.
type lake struct {
	events, bots, conflicts, raw map[string][]audit.Clicked
	invalid                      []audit.NoEvent
}

func readLake(ctx context.Context) (l lake, err error) {
	files := audit.LocalLake()
	for folder, into := range map[string]*map[string][]audit.Clicked{"events": &l.events, "bots": &l.bots, "conflicts": &l.conflicts, "raw": &l.raw} {
		if *into, err = files.Rows(ctx, folder); err != nil {
			return l, err
		}
	}
	l.invalid, err = files.Invalid(ctx)
	return l, err
}

// has tells whether events that were sent twice are there once, and what is no event is kept.
func (l lake) has(twice []event, none event) bool {
	for _, e := range twice {
		if len(l.events[e.ID]) != 1 || len(l.raw[e.ID]) < 2 {
			return false
		}
	}
	return slices.ContainsFunc(l.invalid, func(line audit.NoEvent) bool { return strings.Contains(line.Text, none.ID) })
}

func (l lake) reasons() map[string]int {
	n := map[string]int{}
	for _, line := range l.invalid {
		n[line.Reason]++
	}
	return n
}

func named(events map[string][]audit.Clicked) map[string]int {
	n := map[string]int{}
	for _, rows := range events {
		n[rows[0].Action]++
	}
	return n
}

// copies are rows that say what another says under the same id.
func copies(raw map[string][]audit.Clicked) (n int) {
	for _, rows := range raw {
		payloads := map[string]bool{}
		for _, r := range rows {
			payloads[r.Payload] = true
		}
		n += len(rows) - len(payloads)
	}
	return n
}
