package gateway

import (
	"net/http"
	"strconv"
	"time"
)

// method is a payment method: a card, whom it is attached to, and the intent that used it up.
type method struct {
	id, token         string // token is the ready method it was made from, or empty
	card              card
	expMonth, expYear int
	customer          string
	usedBy            string
	detached          bool // from a customer: it never pays again
	setUp             bool // a payment with setup_future_usage went through: the bank asks the shopper no more off session
	metadata          map[string]string
	created           time.Time
}

type customer struct {
	id, email, name, description string
	metadata                     map[string]string
	created                      time.Time
}

// resolveMethod finds a payment method by id. A ready method (pm_card_visa, pm_rialto_…) becomes a new one
// at each use, as at Stripe: the intent then shows the new id, not the name.
func (s *state) resolveMethod(c *call, id string) (*method, bool) {
	if m, ok := s.methods[id]; ok {
		return m, true
	}
	card, ok := tokenCard(id)
	if !ok {
		return nil, false
	}
	return s.addMethod(&method{token: id, card: card, expMonth: int(c.now.Month()), expYear: c.now.Year() + 1,
		metadata: map[string]string{}, created: c.now}), true
}

func (s *state) addMethod(m *method) *method {
	m.id = s.ids.make("pm_1", 24)
	s.methods[m.id] = m
	return m
}

// usable keeps Stripe's rules on reuse: a method attached to a customer serves that customer's intents only;
// one that is not attached serves one intent.
func (m *method) usable(customer, intent string) *apiError {
	switch {
	case m.customer != "" && customer == "":
		return refused("", "", "The payment method you provided is attached to a customer "+
			"so for security purposes you must provide the customer in the request.")
	case m.customer != "" && m.customer != customer:
		return refused("", "payment_method", "The customer does not have a payment method with the ID %s. "+
			"The payment method must be attached to the customer.", m.id)
	case m.detached, m.customer == "" && m.usedBy != "" && m.usedBy != intent:
		return refused("", "", "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment "+
			"or was detached from a Customer. "+
			"It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.")
	}
	return nil
}

func (s *state) createMethod(c *call) (any, *apiError) {
	if err := c.form.only("type", "card", "metadata", "billing_details", "allow_redisplay", "expand"); err != nil {
		return nil, err
	}
	if err := c.form.required("type"); err != nil {
		return nil, err
	}
	if _, err := c.form.oneOf("type", "", "card"); err != nil {
		return nil, err
	}
	metadata, err := c.form.metadata()
	if err != nil {
		return nil, err
	}
	m := &method{metadata: metadata, created: c.now}
	if token := c.form.get("card[token]"); token != "" {
		card, ok := tokenCard(token)
		if !ok {
			return nil, missing(http.StatusBadRequest, "token", "card[token]", token)
		}
		m.token, m.card, m.expMonth, m.expYear = token, card, int(c.now.Month()), c.now.Year()+1
		return s.addMethod(m).render(), nil
	}
	if err := m.readCard(c); err != nil {
		return nil, err
	}
	return s.addMethod(m).render(), nil
}

func (m *method) readCard(c *call) *apiError {
	for _, name := range []string{"card[number]", "card[exp_month]", "card[exp_year]"} {
		if err := c.form.required(name); err != nil {
			return err
		}
	}
	number := c.form.get("card[number]")
	known, ok := cards[number]
	switch {
	case !luhn(number):
		return (&decline{"incorrect_number", "", "Your card number is incorrect."}).tell("number")
	case !ok:
		return declineLiveCard.tell("")
	}
	month, monthErr := strconv.Atoi(c.form.get("card[exp_month]"))
	year, yearErr := strconv.Atoi(c.form.get("card[exp_year]"))
	if year < 100 {
		year += 2000
	}
	switch {
	case monthErr != nil || month < 1 || month > 12:
		return (&decline{"invalid_expiry_month", "", "Your card's expiration month is invalid."}).tell("exp_month")
	case yearErr != nil || year < c.now.Year() || (year == c.now.Year() && month < int(c.now.Month())):
		return (&decline{"invalid_expiry_year", "", "Your card's expiration year is invalid."}).tell("exp_year")
	}
	m.card, m.expMonth, m.expYear = known, month, year
	return nil
}

// tell is the decline as an error of an endpoint without an intent.
func (d *decline) tell(param string) *apiError {
	return &apiError{status: http.StatusPaymentRequired, Type: typeCard, Code: d.code, DeclineCode: d.declineCode,
		Message: d.message, Param: param, DocURL: docURL(d.code)}
}

func (s *state) retrieveMethod(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	m, ok := s.resolveMethod(c, c.id)
	if !ok {
		return nil, missing(http.StatusNotFound, "PaymentMethod", "payment_method", c.id)
	}
	return m.render(), nil
}

// attachMethod checks the card with the bank, so most declining cards decline here already.
func (s *state) attachMethod(c *call) (any, *apiError) {
	if err := c.form.only("customer", "expand"); err != nil {
		return nil, err
	}
	if err := c.form.required("customer"); err != nil {
		return nil, err
	}
	owner, ok := s.customers[c.form.get("customer")]
	if !ok {
		return nil, missing(http.StatusBadRequest, "customer", "customer", c.form.get("customer"))
	}
	m, ok := s.resolveMethod(c, c.id)
	if !ok {
		return nil, missing(http.StatusNotFound, "PaymentMethod", "payment_method", c.id)
	}
	switch {
	case m.customer != "" && m.customer != owner.id:
		return nil, refused("", "", "The payment method you provided has already been attached to a customer.")
	case m.detached, m.customer == "" && m.usedBy != "":
		return nil, refused("", "", "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "+
			"and may not be used again.")
	case m.card.decline != nil && !m.card.attachable:
		return nil, m.card.decline.tell("")
	}
	m.customer = owner.id
	return m.render(), nil
}

// detachMethod takes a method off its customer, for good.
func (s *state) detachMethod(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	m, ok := s.methods[c.id]
	switch {
	case !ok:
		return nil, missing(http.StatusNotFound, "PaymentMethod", "payment_method", c.id)
	case m.customer == "":
		return nil, refused("", "", "The payment method you provided is not attached to a customer so detachment is impossible.")
	}
	m.customer, m.detached = "", true
	return m.render(), nil
}

func (s *state) createCustomer(c *call) (any, *apiError) {
	if err := c.form.only("email", "name", "description", "phone", "metadata", "expand"); err != nil {
		return nil, err
	}
	metadata, err := c.form.metadata()
	if err != nil {
		return nil, err
	}
	owner := &customer{id: s.ids.make("cus_", 14), email: c.form.get("email"), name: c.form.get("name"),
		description: c.form.get("description"), metadata: metadata, created: c.now}
	s.customers[owner.id] = owner
	return owner.render(), nil
}

func (s *state) retrieveCustomer(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	owner, ok := s.customers[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "customer", "id", c.id)
	}
	return owner.render(), nil
}

// deleteCustomer ends a customer for good, and takes its methods off.
func (s *state) deleteCustomer(c *call) (any, *apiError) {
	if err := c.form.only(); err != nil {
		return nil, err
	}
	if _, ok := s.customers[c.id]; !ok {
		return nil, missing(http.StatusNotFound, "customer", "id", c.id)
	}
	delete(s.customers, c.id)
	for _, m := range s.methods {
		if m.customer == c.id {
			m.customer, m.detached = "", true
		}
	}
	return object{"id": c.id, "object": "customer", "deleted": true}, nil
}
