// Package auth says who calls, and decides whether a token proves it.
//
// Tokens are verified by one function, the gateway's authorizer. Every other function takes the Identity
// from what the gateway hands on (requestContext.authorizer), never from a header or a body.
//
// A token is a JWT, signed with ES256 or RS256, of an accepted issuer. The claims that count are iss, aud or client_id, exp,
// nbf, iat (numbers, as the standard has them), sub, token_use (an ID token opens nothing) and ours: role (customer, seller or
// operator), seller_id (of sellers) and scope. They are top-level claims of these names; Cognito's groups and custom: attributes
// are not read, its pre-token trigger writes role and seller_id. The role guest belongs to our own guest tokens and to no
// other issuer's; one with an order_id is for that order alone. A token with the role operator has an audience of its own, and is
// taken only where an issuer names that: on AWS operators have no tokens, and sign their requests with IAM (FromSignature).
//
// Guests' tokens are signed by keys that live in an environment's memory for an hour, and carry the certificate that the guests' own
// key in KMS gave those (SigningKeys): a certificate is for tokens issued in its hour, and outlives them by a guest's day, so that a
// key that is gone takes no token with it. Links in mails, and to an order, live longer and are signed by KMS one by one.
package auth
