package gateway

import (
	"net/http"
	"time"
)

// keyLife is how long an idempotency key is kept.
const keyLife = 24 * time.Hour

// keys are the idempotency keys (https://docs.stripe.com/api/idempotent_requests). What an endpoint answered
// once it had begun is kept and replayed, declines and 500s included; what was refused before it began
// (validation, a rate limit, a key in use) is not, and leaves the key free.
type keys struct {
	held  map[string]*kept
	order []*kept
}

// kept is the answer under a key; until done the key is in use.
type kept struct {
	key, method, path, params string
	began                     time.Time
	done                      bool
	answer                    outcome
	request                   string
}

func newKeys() *keys { return &keys{held: map[string]*kept{}} }

// begin takes the key for the call. Without fresh, the outcome is the answer already.
func (k *keys) begin(c *call, now time.Time) (slot *kept, out outcome, fresh bool) {
	if c.key == "" {
		return nil, outcome{}, true
	}
	for len(k.order) > 0 && !k.order[0].began.Add(keyLife).After(now) {
		if old := k.order[0]; k.held[old.key] == old && old.done {
			delete(k.held, old.key)
		}
		k.order = k.order[1:]
	}
	params := c.form.values.Encode()
	old, ok := k.held[c.key]
	switch {
	case !ok:
		slot = &kept{key: c.key, method: c.method, path: c.path, params: params, began: now, request: c.requestID}
		k.held[c.key] = slot
		k.order = append(k.order, slot)
		return slot, outcome{}, true
	case old.method != c.method || old.path != c.path:
		return nil, misused("Keys for idempotent requests can only be used for the same endpoint they were first used for ('%s' vs '%s'). "+
			"Try using a key other than '%s' if you meant to execute a different request.",
			c.path, old.path, c.key), false
	case old.params != params:
		return nil, misused("Keys for idempotent requests can only be used with the same parameters they were first used with. "+
			"Try using a key other than '%s' if you meant to execute a different request.", c.key), false
	case !old.done:
		e := refused("idempotency_key_in_use", "",
			"There is currently another in-progress request using this Idempotent Key "+
				"(that probably means you submitted twice, and the other request is still going through): %s. Please try again later.", c.key)
		e.status = http.StatusConflict
		return nil, tell(e), false
	}
	out = old.answer
	out.original = old.request
	return nil, out, false
}

// settle keeps the answer, or frees the key.
func (k *keys) settle(slot *kept, out outcome, keep bool) {
	switch {
	case slot == nil:
	case keep:
		slot.done, slot.answer = true, outcome{status: out.status, body: out.body, code: out.code, retry: out.retry}
	case k.held[slot.key] == slot:
		delete(k.held, slot.key)
	}
}

func misused(format string, args ...any) outcome {
	e := invalid("", "", format, args...)
	e.Type = typeIdempotency
	return tell(e)
}
