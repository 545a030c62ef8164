package clickstream

import (
	"slices"
	"strings"
	"time"
)

// Why a row is taken for a bot's. The rules are ours and deliberately few: each says what it sees, and none needs a list
// that somebody has to buy.
const (
	botNamed = "agent_says_so"   // it names itself a bot in its User-Agent
	botBare  = "agent_missing"   // it has no User-Agent: every browser sends one
	botTool  = "agent_is_a_tool" // a program for fetching, or a browser that is driven by one
	botHasty = "too_fast"        // its session did more within one minute than a person can
)

// hastyPerMinute is how many events of a session within one minute of the clock make it a bot's.
const hastyPerMinute = 120

// What agents say of themselves, in small letters: the words that crawlers use by custom, and the names that common tools
// send if they are told no other.
var (
	namedBots = []string{"bot", "crawler", "spider", "slurp", "facebookexternalhit", "mediapartners"}
	tools     = []string{"headless", "phantomjs", "selenium", "puppeteer", "playwright", "curl/", "wget/", "python-requests", "python-urllib",
		"aiohttp", "scrapy", "go-http-client", "java/", "axios/", "node-fetch"}
)

// agentOfBot says why an agent is a bot's, "" if it does not look like one.
func agentOfBot(agent string) string {
	agent = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(agent)), "cubot", "") // makes telephones
	within := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(agent, w) })
	}
	switch {
	case agent == "":
		return botBare
	case within(namedBots):
		return botNamed
	case within(tools):
		return botTool
	}
	return ""
}

// hasty names the sessions that did more within a minute than a person can, among rows that are no copies of each other.
func hasty(rows []Row) map[string]bool {
	type minute struct {
		session string
		at      time.Time
	}
	count, found := map[minute]int{}, map[string]bool{}
	for _, r := range rows {
		if r.Origin != Browser {
			continue
		}
		m := minute{r.Session, r.EventTime.Truncate(time.Minute)}
		if count[m]++; count[m] > hastyPerMinute {
			found[r.Session] = true
		}
	}
	return found
}
