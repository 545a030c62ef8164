// Package webhooks tells sellers' own systems what happens to what they sell. It is a context of its own, and no part of sellers: that says
// who sells, and is read by most others; this follows others' events, and changes with what sellers' systems want to hear.
//
// It owns the table webhooks: a seller's endpoint, and each message to it.
//
// What it promises:
//   - a message is kept before it is sent, under an id that follows from its event, and is kept for 30 days, whatever becomes of it. It is
//     sent until the endpoint answers 2xx, nine times in three days, and may so arrive twice and in any order; its id is the same each time;
//   - what was not sent as the endpoint was off (HELD) is sent when it is put again; what was given up (FAILED) its seller sees, and has it
//     sent again when it likes, as any other;
//   - an endpoint that took nothing for three days, or answers 410, is turned off and says why, and the address that it was put with is
//     written to; to put it again turns it on;
//   - an endpoint is at a public https address, which is looked at when it is named and whenever it is connected to (internal/publicnet).
//     What it answers but the status is not read, and it leads nowhere else;
//   - a message is signed as standardwebhooks.com says (HMAC-SHA256 over id, time and body), by a secret that is told when it is made and
//     never again. It says what happened, of which order and goods, and nothing of who bought them: that the seller asks the API for.
//
// Events in: OrderPlaced (orders); ShipmentCancelled, ShipmentReduced, ReturnRequested, ReturnReceived (fulfillment). Events out:
// WebhookTurnedOff, derived from the table's stream.
//
// Still thin: the secret stands in the table, which is encrypted by DynamoDB alone; a seller has one endpoint. A message that waits
// for longer than a queue may delay is looked at each quarter of an hour.
package webhooks
