package infra

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"

	"rialto/functions/contract"
)

// customers has the keys that seal what is private and sign guests' tokens, the database of profiles, and on AWS
// the user pool that issues customers' tokens.
func customers(c *contextStack) error {
	issuers, err := json.Marshal([]issuer{c.issuer()})
	if err != nil {
		return fmt.Errorf("customers: %w", err)
	}
	c.keys(string(issuers))
	rows, owner := c.database()
	c.provide(contract.SQL, rows)
	c.provide(contract.Schema, owner)
	if err := c.functions(); err != nil {
		return err
	}
	c.migrate()
	return nil
}

// migrate has a deployment bring the SQL schema up to date before any caller meets the functions that want it so: CloudFormation calls
// the function migrate as soon as there is a new version of it, and moves no alias of the context's unless it succeeds. Versions before
// live with the new schema (expand and contract, OPERATIONS.md), since they answer until their aliases move. Locally make deploy calls it.
func (c *contextStack) migrate() {
	if c.stage.Local {
		return
	}
	migration := c.deployed["migrate"]
	schema := awscdk.NewCustomResource(c.stack, new("Schema"), &awscdk.CustomResourceProps{
		ResourceType: new("Custom::Schema"), ServiceToken: migration.FunctionArn(), ServiceTimeout: duration(migrationLimit),
		Properties: &map[string]any{"Version": migration.CurrentVersion().Version()},
	})
	for _, there := range c.sql {
		schema.Node().AddDependency(there)
	}
	for _, alias := range c.aliases {
		alias.Node().AddDependency(schema)
	}
}

// migrationLimit is how long CloudFormation waits for the function's answer: longer than the function may take.
const migrationLimit = 2 * time.Minute

// issuer is one whose tokens the authorizer accepts.
type issuer struct {
	Issuer   string `json:"issuer"`
	JWKS     string `json:"jwks_uri"`
	Audience string `json:"audience"`
	// Operators is the audience of operators' tokens, which there are in the local stage alone.
	Operators string `json:"operators,omitempty"`
}

// keys makes the two keys. Functions name them by alias; what they may do is granted on the key itself. Who signs or
// verifies is told whose name stands in the tokens; the authorizer, which is among the context's own, of the other issuers too.
func (c *contextStack) keys(issuers string) {
	seal := awskms.NewKey(c.stack, new("SealKey"), &awskms.KeyProps{
		Description:       new("wraps the data key of each customer"),
		EnableKeyRotation: new(true),
		RemovalPolicy:     c.stage.removal(),
	})
	sign := awskms.NewKey(c.stack, new("SignKey"), &awskms.KeyProps{
		Description:   new("signs guests' tokens (ES256)"),
		KeySpec:       awskms.KeySpec_ECC_NIST_P256,
		KeyUsage:      awskms.KeyUsage_SIGN_VERIFY,
		RemovalPolicy: c.stage.removal(),
	})
	awskms.NewAlias(c.stack, new("SealAlias"), &awskms.AliasProps{AliasName: new(c.stage.sealAlias(c.context)), TargetKey: seal})
	awskms.NewAlias(c.stack, new("SignAlias"), &awskms.AliasProps{AliasName: new(c.stage.signAlias(c.context)), TargetKey: sign})
	c.provide(contract.Seal, granted{
		allow: []permission{{actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, on: []string{*seal.KeyArn()}}},
		env:   map[string]string{"SEAL_KEY_ID": c.stage.sealAlias(c.context)},
	})
	c.provide(contract.Sign, granted{
		allow: []permission{{actions: []string{"kms:Sign", "kms:GetPublicKey"}, on: []string{*sign.KeyArn()}}},
		env:   map[string]string{"SIGNING_KEY_ID": c.stage.signAlias(c.context), "GUEST_ISSUER": c.stage.guestIssuer()},
	})
	verify := granted{
		allow: []permission{{actions: []string{"kms:GetPublicKey"}, on: []string{*sign.KeyArn()}}},
		env:   map[string]string{"SIGNING_KEY_ID": c.stage.signAlias(c.context), "GUEST_ISSUER": c.stage.guestIssuer()},
	}
	c.provide(contract.Verify, verify)
	verify.env = maps.Clone(verify.env)
	verify.env["ISSUERS"] = issuers
	c.provided[contract.Verify] = verify
}
