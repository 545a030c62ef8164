package lag

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// stages are the parts of the way, in its order.
var stages = []string{"stream", "queue", "function", "index", "refresh"}

var said = map[string]string{"stream": "commit, stream, publish, topic", "queue": "queue to function", "function": "draw a number, read",
	"index": "write", "refresh": "until a search sees it",
	"": "from commit to searchable"}

// Run sends probes one after the other, changes of a product's title and of its price, and prints the lag of both.
func Run(ctx context.Context, probes int, out io.Writer) error {
	nonce := rand.Int64N(1 << 30)
	price := 1_000 + nonce%1_000_000
	title := func(n int) string { return fmt.Sprintf("Lag probe %d of %d", n, nonce) }
	if err := saveTitle(ctx, title(-1)); err != nil {
		return err
	}
	if err := savePrice(ctx, price); err != nil {
		return err
	}
	if _, _, err := found(ctx, func(s sighting) bool { return s.Title == title(-1) && s.Price == price }); err != nil {
		return err
	}
	local := map[string][]float64{}
	var prices []float64
	for n := range probes {
		if err := titled(ctx, title(n), local); err != nil {
			return err
		}
		// Offers tell no time of their commit to the index: the way of a price is counted from the seller's answer.
		if err := savePrice(ctx, price+int64(n)+1); err != nil {
			return err
		}
		began := time.Now()
		_, at, err := found(ctx, func(s sighting) bool { return s.Price == price+int64(n)+1 })
		if err != nil {
			return err
		}
		prices = append(prices, ms(at.Sub(began)))
	}
	if len(local[stages[0]]) == 0 {
		return errors.New("documents tell no times: make deploy brings a search-index that writes them")
	}
	print(out, probes, local, prices)
	return nil
}

// titled changes the title and notes how long it took, and each stage if the document tells: what the encoder writes of a new title has no
// event's times, and may be first, or in the event's place when it is looked at.
func titled(ctx context.Context, title string, times map[string][]float64) error {
	if err := saveTitle(ctx, title); err != nil {
		return err
	}
	want := func(s sighting) bool { return s.Title == title }
	s, writtenAt, err := written(ctx, want)
	if err != nil {
		return err
	}
	_, foundAt, err := found(ctx, want)
	if err != nil {
		return err
	}
	times[""] = append(times[""], ms(foundAt.Sub(s.UpdatedAt)))
	if s.QueuedAt.IsZero() || s.ReceivedAt.IsZero() || s.IndexedAt.IsZero() {
		return nil
	}
	for i, d := range []time.Duration{s.QueuedAt.Sub(s.UpdatedAt), s.ReceivedAt.Sub(s.QueuedAt), s.IndexedAt.Sub(s.ReceivedAt),
		writtenAt.Sub(s.IndexedAt), foundAt.Sub(writtenAt)} {
		times[stages[i]] = append(times[stages[i]], ms(d))
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1_000 }

func print(out io.Writer, probes int, local map[string][]float64, prices []float64) {
	aws := arithmetic()
	fmt.Fprintf(out, "from commit to searchable, ms, %d probes %14s   %14s\n", probes, "this machine", "AWS, reckoned")
	title := fmt.Sprintf("a product's title (stages of %d)", len(local[stages[0]]))
	fmt.Fprintf(out, "%-44s %7s %7s   %7s %7s\n", title, "p50", "p99", "p50", "p99")
	for _, name := range append(slices.Clone(stages), "") {
		label := "  " + name + ": " + said[name]
		if name == "" {
			label = said[name]
		}
		fmt.Fprintf(out, "%-44s %7.0f %7.0f   %7.0f %7.0f\n", label, at(local[name], 0.5), at(local[name], 0.99), at(aws[name], 0.5),
			at(aws[name], 0.99))
	}
	fmt.Fprintf(out, "%-44s %7.0f %7.0f\n", "a seller's price, through the buy box", at(prices, 0.5), at(prices, 0.99))
	fmt.Fprintln(out, "promise: below 5,000; aim on AWS: p99 at most 1,500. What is reckoned of AWS:")
	for _, s := range onAWS {
		what := fmt.Sprintf("0 to %.0f, evenly", s.upTo)
		if s.upTo == 0 {
			what = fmt.Sprintf("p50 %.0f, p99 %.0f", s.median, s.p99)
		}
		fmt.Fprintf(out, "  %-9s %-17s %s\n", s.name, what, s.why)
	}
}

// at is the value at a share of a list, by the nearest rank.
func at(list []float64, p float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return list[max(0, int(math.Ceil(p*float64(len(list))))-1)]
}
