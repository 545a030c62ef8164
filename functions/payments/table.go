package payments

// State is where a group's payment stands.
type State string

// The states of a payment.
const (
	Creating       State = "CREATING"        // the intent is being created; its id is not known
	Created        State = "CREATED"         // the id is stored; it may have been confirmed, unknown to us
	ActionRequired State = "ACTION_REQUIRED" // the shopper must answer a 3-D Secure challenge
	Authorized     State = "AUTHORIZED"      // the money is held
	Declined       State = "DECLINED"        // the bank or the gateway refused
	Cancelling     State = "CANCELLING"      // closed to every step but cancel; the gateway is not done
	Cancelled      State = "CANCELLED"       // nothing is held and nothing can be; also the tombstone
	Captured       State = "CAPTURED"
	CaptureFailed  State = "CAPTURE_FAILED" // a person decides
)

// Outcome is what a call to the gateway came to. All but Refused are states of the intent.
type Outcome string

// The outcomes of a call.
const (
	IntentOpen       Outcome = "open"       // not confirmed yet, or the confirmation is still in progress
	IntentDeclined   Outcome = "declined"   // it waits for another method
	IntentAction     Outcome = "action"     // the shopper must do something
	IntentAuthorized Outcome = "authorized" // the money is held
	IntentCaptured   Outcome = "captured"
	IntentCanceled   Outcome = "canceled"
	Refused          Outcome = "refused" // the gateway said no for good, and nothing happened
)

// table says which outcome moves which state where. What is not in it changes nothing: answers arrive late
// and twice. Cancelling and Cancelled have no way back, and DECLINED has none to AUTHORIZED, because a declined
// intent is never confirmed again.
var table = map[State]map[Outcome]State{
	Creating: {IntentOpen: Created, Refused: Declined},
	Created: {IntentDeclined: Declined, IntentAction: ActionRequired, IntentAuthorized: Authorized, IntentCanceled: Cancelled,
		Refused: Declined},
	ActionRequired: {IntentDeclined: Declined, IntentAuthorized: Authorized, IntentCanceled: Cancelled},
	Authorized:     {IntentCaptured: Captured, IntentCanceled: CaptureFailed, Refused: CaptureFailed},
	Cancelling:     {IntentCanceled: Cancelled, IntentCaptured: Captured, Refused: Cancelled},
}

// Next returns the state after an outcome.
func Next(s State, o Outcome) State {
	if next, ok := table[s][o]; ok {
		return next
	}
	return s
}

// closed tells whether a payment is beyond cancelling: it is cancelled, or captured.
func (s State) closed() bool { return s == Cancelled || s == Captured }
