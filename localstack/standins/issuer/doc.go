// Package issuer is the development stand-in for the identity provider: an
// OpenID Connect issuer that serves its discovery document and its keys, and
// mints tokens on demand.
//
// The private key is made once, on the developer's machine, below the local
// cloud's state folder. It signs nothing that any real stage would accept,
// since their issuers and keys are others.
//
// It also takes what ends a user of a Cognito user pool, so that erasures can be seen to reach there.
//
// Besides honest tokens, Mint makes every kind of forgery that an authorizer
// must refuse, so that end-to-end tests can try them.
package issuer
