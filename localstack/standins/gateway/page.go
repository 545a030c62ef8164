package gateway

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// The bank's page, where a shopper would prove who they are.
var bankPage = template.Must(template.New("bank").Parse(`<!doctype html>
<meta charset="utf-8"><title>Your bank</title>
<body style="font:16px system-ui;max-width:30em;margin:4em auto">
<h1>Your bank (test)</h1>
<p>Payment {{.ID}}: {{.Amount}} minor units of {{.Currency}}. Status: {{.Status}}.</p>
{{if .Open}}<form method="post"><button name="outcome" value="succeed">Confirm payment</button>
<button name="outcome" value="fail">Refuse</button></form>{{else}}<p>Nothing to do here.</p>{{end}}
`))

func (g *Gateway) showPage(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	i, ok := g.state.intents[r.PathValue("id")]
	var view struct {
		ID, Currency, Status string
		Amount               int64
		Open                 bool
	}
	if ok {
		view.ID, view.Currency, view.Status, view.Amount, view.Open = i.id, i.currency, i.status, i.amount, i.status == statusAction
	}
	g.mu.Unlock()
	if !ok {
		http.Error(w, "no such payment", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = bankPage.Execute(w, view) // a caller that went away is its own affair
}

// serveAuthenticate completes requires_action: outcome=succeed or fail, in the query or as a form. It answers
// with the intent; a browser is sent back to the intent's return_url.
func (g *Gateway) serveAuthenticate(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	result := r.FormValue("outcome")
	g.mu.Lock()
	status, body, back := g.authenticateIntent(r.PathValue("id"), result)
	g.announce()
	encoded, _ := json.Marshal(body) // plain values only
	g.mu.Unlock()
	if back != "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n'))
}

func (g *Gateway) authenticateIntent(id, result string) (status int, body any, back string) {
	now := g.now()
	g.state.expire(now)
	i, ok := g.state.intents[id]
	switch {
	case !ok:
		status, body = problem(http.StatusNotFound, "no such intent")
	case result != "succeed" && result != "fail":
		status, body = problem(http.StatusBadRequest, "outcome must be succeed or fail")
	case i.status != statusAction:
		status, body = problem(http.StatusConflict, "the intent is %s, not %s", i.status, statusAction)
	default:
		g.state.authenticate(now, i, result == "succeed")
		status, body, back = http.StatusOK, g.state.renderIntent(i, nil), returnTo(i)
	}
	return status, body, back
}

// returnTo is the return_url with what Stripe adds to it.
func returnTo(i *intent) string {
	u, err := url.Parse(i.returnURL)
	if err != nil || i.returnURL == "" {
		return ""
	}
	outcome := "succeeded"
	if i.status == statusMethod {
		outcome = "failed"
	}
	q := u.Query()
	q.Set("payment_intent", i.id)
	q.Set("payment_intent_client_secret", i.secret)
	q.Set("redirect_status", outcome)
	u.RawQuery = q.Encode()
	return u.String()
}
