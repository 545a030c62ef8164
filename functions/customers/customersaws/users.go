package customersaws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/invoke"
)

// Closing names whose user is taken off the pool.
type Closing struct {
	CustomerID string `json:"customer_id"`
}

// Closed is the answer: whether there was such a user.
type Closed struct {
	There bool `json:"there"`
}

// UserPool is the part of Cognito that ends users.
type UserPool interface {
	AdminUserGlobalSignOut(context.Context, *cognitoidentityprovider.AdminUserGlobalSignOutInput,
		...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminUserGlobalSignOutOutput, error)
	AdminDeleteUser(context.Context, *cognitoidentityprovider.AdminDeleteUserInput,
		...func(*cognitoidentityprovider.Options)) (*cognitoidentityprovider.AdminDeleteUserOutput, error)
}

// Pool is the user pool. A customer's id is their user's sub, which is the user name, too, where people sign in by e-mail address.
type Pool struct {
	Client UserPool
	ID     string
}

// Close revokes a user's tokens and deletes the user. Access tokens that are out are good for up to an hour; the authorizer refuses
// those of who was erased. Who is no user is none any more.
func (p Pool) Close(ctx context.Context, in Closing) (Closed, error) {
	_, err := p.Client.AdminUserGlobalSignOut(ctx, &cognitoidentityprovider.AdminUserGlobalSignOutInput{UserPoolId: &p.ID, Username: &in.CustomerID})
	if err == nil {
		_, err = p.Client.AdminDeleteUser(ctx, &cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: &p.ID, Username: &in.CustomerID})
	}
	var gone *types.UserNotFoundException
	if errors.As(err, &gone) {
		return Closed{}, nil
	}
	if err != nil {
		return Closed{}, errUsers.Because(err)
	}
	return Closed{There: true}, nil
}

// Users closes users by way of a function: the network of the database has no way out to Cognito.
type Users struct {
	Lambda   invoke.Client
	Function string // its name
}

var errUsers = fault.New(fault.Unavailable, "users_unavailable", "the account cannot be closed now; send the same request again")

// Close implements accounts.Users.
func (u Users) Close(ctx context.Context, customerID string) error {
	if err := invoke.Function(ctx, u.Lambda, u.Function, Closing{customerID}, nil); err != nil {
		return errUsers.Because(err)
	}
	return nil
}
