package clickstream

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func seen(id string, second int, hash string) Row {
	return Row{EventID: id, PayloadHash: hash, Origin: Browser, Session: "s", EventTime: noon, ReceivedAt: noon.Add(time.Duration(second) * time.Second)}
}

// Whatever comes, in whatever order and however often, each id is once among events and bots, no payload is lost, and all rows
// are accounted for. Seen to catch: copies dropped with what they are copies of; a conflict taken for a copy.
func TestEachEventCountsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(t, "rows")
		var rows []Row
		for range n {
			r := seen(
				fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "id")), rapid.IntRange(0, 5).Draw(t, "second"), fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "payload")))
			r.Bot = rapid.SampledFrom([]string{"", "", botNamed}).Draw(t, "bot")
			rows = append(rows, r)
		}
		out := Settle(rows)
		ids, payloads := map[string]int{}, map[[2]string]int{}
		for _, list := range [][]Row{out.Events, out.Bots} {
			for _, r := range list {
				ids[r.EventID]++
				payloads[[2]string{r.EventID, r.PayloadHash}]++
			}
		}
		for _, r := range out.Conflicts {
			payloads[[2]string{r.EventID, r.PayloadHash}]++
			if ids[r.EventID] != 1 {
				t.Fatalf("a conflict about %s, which is there %d times", r.EventID, ids[r.EventID])
			}
		}
		for _, r := range rows {
			if ids[r.EventID] != 1 || payloads[[2]string{r.EventID, r.PayloadHash}] != 1 {
				t.Fatalf("%s is there %d times, its payload %d times", r.EventID, ids[r.EventID], payloads[[2]string{r.EventID, r.PayloadHash}])
			}
		}
		if got := len(out.Events) + len(out.Bots) + len(out.Conflicts) + out.Copies; got != n {
			t.Fatalf("%d rows became %d", n, got)
		}
		rand.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		if diff := cmp.Diff(out, Settle(rows)); diff != "" {
			t.Fatalf("another order gives another hour:\n%s", diff)
		}
	})
}

// A million copies are one event.
func TestAMillionCopiesAreOneEvent(t *testing.T) {
	t.Parallel()
	const copies = 100_000 // a tenth, for the time it takes
	rows := make([]Row, 0, copies)
	for range copies {
		rows = append(rows, seen("a", 0, "p"))
	}
	out := Settle(rows)
	if len(out.Events) != 1 || len(out.Bots) != 0 || len(out.Conflicts) != 0 || out.Copies != copies-1 {
		t.Errorf("%d events, %d bots, %d conflicts, %d copies", len(out.Events), len(out.Bots), len(out.Conflicts), out.Copies)
	}
}

// Of two payloads the one that came first is believed.
func TestTheFirstOfTwoPayloadsIsBelieved(t *testing.T) {
	t.Parallel()
	out := Settle([]Row{seen("a", 2, "late"), seen("a", 1, "early"), seen("a", 3, "early"), seen("b", 1, "p")})
	want := Settled{Events: []Row{seen("a", 1, "early"), seen("b", 1, "p")}, Conflicts: []Row{seen("a", 2, "late")}, Copies: 1}
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
}

func TestBots(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		firefox: "",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "",
		"": botBare, " ": botBare,
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": botNamed,
		"Mozilla/5.0 (compatible; bingbot/2.0)":                                    botNamed, "Baiduspider": botNamed,
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36":       botTool,
		"Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36": "",
		"curl/8.5.0": botTool, "python-requests/2.32": botTool,
	} {
		if got := agentOfBot(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
	fast := func(n int, spread time.Duration, origin Origin) []Row {
		var rows []Row
		for i := range n {
			rows = append(rows, Row{EventID: fmt.Sprint(i), PayloadHash: "p", Origin: origin, Session: "s",
				EventTime: noon.Add(time.Duration(i) * spread / time.Duration(n))})
		}
		return rows
	}
	for name, c := range map[string]struct {
		rows []Row
		bots int
	}{
		"as many as a person can":    {fast(hastyPerMinute, time.Minute, Browser), 0},
		"one more":                   {fast(hastyPerMinute+1, time.Minute, Browser), hastyPerMinute + 1},
		"as many in ten minutes":     {fast(hastyPerMinute+1, 10*time.Minute, Browser), 0},
		"functions may be fast":      {fast(hastyPerMinute+1, time.Minute, Server), 0},
		"what is a copy counts once": {append(fast(hastyPerMinute, time.Minute, Browser), fast(hastyPerMinute, time.Minute, Browser)...), 0},
	} {
		out := Settle(c.rows)
		if len(out.Bots) != c.bots {
			t.Errorf("%s: %d bots, want %d", name, len(out.Bots), c.bots)
		}
		if c.bots > 0 && out.Bots[0].Bot != botHasty {
			t.Errorf("%s: %q", name, out.Bots[0].Bot)
		}
	}
}
