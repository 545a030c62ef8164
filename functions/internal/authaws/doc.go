// Package authaws is KMS behind the tokens that Rialto signs for guests itself: whoever signs or verifies one, of whatever
// context, does it here.
package authaws
