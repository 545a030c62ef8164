package customersaws

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"rialto/functions/internal/auth"
	"rialto/functions/internal/authaws"
	"rialto/functions/internal/fault"
)

// fakeKMS signs with a key of its own and wraps by remembering.
type fakeKMS struct {
	sign    *ecdsa.PrivateKey
	public  any // what GetPublicKey gives
	fetched int
	context map[string]string
	plain   []byte
	err     error
}

func newKMS(t *testing.T) *fakeKMS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &fakeKMS{sign: key, public: &key.PublicKey}
}

func (f *fakeKMS) Sign(_ context.Context, in *kms.SignInput, _ ...func(*kms.Options)) (*kms.SignOutput, error) {
	if f.err != nil {
		return nil, f.err
	}
	if *in.KeyId != "alias/sign" || in.MessageType != types.MessageTypeDigest || in.SigningAlgorithm != types.SigningAlgorithmSpecEcdsaSha256 {
		return nil, errors.New("not as KMS wants it")
	}
	der, err := ecdsa.SignASN1(rand.Reader, f.sign, in.Message)
	return &kms.SignOutput{Signature: der}, err
}

func (f *fakeKMS) GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error) {
	f.fetched++
	if f.err != nil {
		return nil, f.err
	}
	der, err := x509.MarshalPKIXPublicKey(f.public)
	return &kms.GetPublicKeyOutput{PublicKey: der}, err
}

func (f *fakeKMS) GenerateDataKey(_ context.Context, in *kms.GenerateDataKeyInput, _ ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	if f.err != nil {
		return nil, f.err
	}
	if in.KeySpec != types.DataKeySpecAes256 {
		return nil, errors.New("not 256 bits")
	}
	f.context, f.plain = in.EncryptionContext, bytes.Repeat([]byte{7}, 32)
	return &kms.GenerateDataKeyOutput{Plaintext: f.plain, CiphertextBlob: []byte("wrapped")}, nil
}

func (f *fakeKMS) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	if f.err != nil {
		return nil, f.err
	}
	if !maps.Equal(in.EncryptionContext, f.context) || string(in.CiphertextBlob) != "wrapped" || *in.KeyId != "alias/seal" {
		return nil, &types.InvalidCiphertextException{}
	}
	return &kms.DecryptOutput{Plaintext: f.plain}, nil
}

func TestKeysAreBoundToTheirOwner(t *testing.T) {
	t.Parallel()
	f := newKMS(t)
	k := Keys{KMS: f, Key: "alias/seal"}
	plain, wrapped, err := k.Make(t.Context(), "cus_a")
	if err != nil || len(plain) != 32 {
		t.Fatal(err)
	}
	if got, err := k.Unwrap(t.Context(), "cus_a", wrapped); err != nil || !bytes.Equal(got, plain) {
		t.Fatal(err)
	}
	_, another := k.Unwrap(t.Context(), "cus_b", wrapped)
	f.err = errors.New("throttled")
	_, _, away := k.Make(t.Context(), "cus_a")
	for _, err := range []error{another, away} {
		if fault.Of(err).Kind != fault.Unavailable {
			t.Errorf("got %v", err)
		}
	}
}

const guestIssuer = "https://rialto.test/guests"

func TestAGuestsTokenIsAcceptedByTheAuthorizer(t *testing.T) {
	t.Parallel()
	f := newKMS(t)
	g := authaws.NewGuests(f, "alias/sign", guestIssuer)
	handler, err := Authorizer(`[]`, g, func(context.Context, auth.Identity) bool { return false }, func(context.Context, auth.Identity) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	authorize := handler.(func(context.Context, events.APIGatewayCustomAuthorizerRequestTypeRequest) (events.APIGatewayCustomAuthorizerResponse, error))
	ask := func(token string) (events.APIGatewayCustomAuthorizerResponse, error) {
		return authorize(t.Context(), events.APIGatewayCustomAuthorizerRequestTypeRequest{
			MethodArn: "arn:aws:execute-api:us-east-1:000000000000:abc/local/GET/api/v1/cart",
			Headers:   map[string]string{"Authorization": "Bearer " + token}})
	}
	now := time.Now()
	token, err := g.Guest(t.Context(), "cus_guest", "", now, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		policy, err := ask(token)
		if err != nil {
			t.Fatal(err)
		}
		who, ok := auth.FromAuthorizer(policy.Context)
		if !ok || who.Subject != "cus_guest" || who.Role != auth.Guest || who.ExpiresAt.Unix() != now.Add(24*time.Hour).Unix() {
			t.Fatalf("%+v", who)
		}
	}
	if f.fetched != 1 {
		t.Errorf("the key was fetched %d times", f.fetched)
	}
	old, err := g.Guest(t.Context(), "cus_guest", "", now.Add(-25*time.Hour), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := authaws.NewGuests(newKMS(t), "alias/sign", guestIssuer).Guest(t.Context(), "cus_guest", "", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{"expired": old, "of another key": forged, "none": "", "cut": token[:len(token)-2]} {
		if _, err := ask(bad); err == nil || err.Error() != "Unauthorized" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePublicKeyMustBeOnACurve(t *testing.T) {
	t.Parallel()
	f := newKMS(t)
	wrong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	f.public = &wrong.PublicKey
	if _, err := authaws.NewGuests(f, "alias/sign", guestIssuer).PublicKey(t.Context()); err == nil {
		t.Error("an RSA key was taken")
	}
	f.err = errors.New("away")
	if _, err := authaws.NewGuests(f, "alias/sign", guestIssuer).PublicKey(t.Context()); !errors.Is(err, f.err) {
		t.Error(err)
	}
	g := authaws.NewGuests(f, "alias/sign", guestIssuer)
	if _, err := g.Guest(t.Context(), "cus_guest", "", time.Now(), time.Hour); fault.Of(err).Kind != fault.Unavailable {
		t.Error(err)
	}
	if _, err := Authorizer(`{`, authaws.Guests{}, nil, nil); err == nil {
		t.Error("broken issuers were taken")
	}
}

type fakeSecrets struct {
	text string
	err  error
}

func (f fakeSecrets) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput,
	_ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return &secretsmanager.GetSecretValueOutput{SecretString: &f.text}, f.err
}

// Seen to catch: a token of another user; a connection that does not look at the server's certificate.
func TestDatabaseURL(t *testing.T) {
	t.Parallel()
	cfg := aws.Config{Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "s", SessionToken: "a+b/c="}, nil
	})}
	url, err := DatabaseURL(cfg, "proxy.test", "rialto_app")(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.ParseConfig(url)
	if err != nil || c.Host != "proxy.test" || c.Port != 5432 || c.User != "rialto_app" || c.Database != "rialto" ||
		!strings.HasPrefix(c.Password, "proxy.test:5432?Action=connect&DBUser=rialto_app&") || !strings.Contains(c.Password, "X-Amz-Signature=") ||
		c.TLSConfig == nil || c.TLSConfig.InsecureSkipVerify || len(c.Fallbacks) != 0 {
		t.Fatalf("%+v %v", c, err)
	}
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("none") })
	if _, err := DatabaseURL(cfg, "proxy.test", "rialto_app")(t.Context()); err == nil {
		t.Error("connected without credentials")
	}
}

func TestTheLoginsSecret(t *testing.T) {
	t.Parallel()
	l, err := login(t.Context(), fakeSecrets{text: `{"username":"rialto_app","password":"p@ss'word"}`}, "arn")
	if err != nil || l.User != "rialto_app" || l.Password != "p@ss'word" {
		t.Errorf("%+v %v", l, err)
	}
	for _, s := range []fakeSecrets{{text: `{"password":"hunter2"}`}, {text: `"hunter2`}, {err: errors.New("denied")}} {
		if _, err := login(t.Context(), s, "arn"); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}
