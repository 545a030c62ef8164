package infra

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"rialto/infra/deploy"
)

// scope is where a construct is made.
type scope = constructs.Construct

// newStack makes a stack of a stage. All are named alike and tagged, and none adds resources of its own.
func newStack(app awscdk.App, stage Stage, part, about string) awscdk.Stack {
	return awscdk.NewStack(app, new(stage.stackName(part)), &awscdk.StackProps{
		Description:           &about,
		Env:                   environmentOf(stage),
		Synthesizer:           synthesizer(stage),
		AnalyticsReporting:    new(false),
		TerminationProtection: new(stage.Keep),
		Tags:                  texts(map[string]string{"rialto:stage": stage.Name, "rialto:part": part}),
	})
}

func environmentOf(stage Stage) *awscdk.Environment {
	env := &awscdk.Environment{Region: &stage.Region}
	if stage.Account != "" {
		env.Account = &stage.Account
	}
	return env
}

// synthesizer: on AWS the roles and the bucket of cdk bootstrap are used. Locally they would only cost time, so
// whoever deploys uploads and creates with credentials of their own, and all that has to be there is the bucket.
func synthesizer(stage Stage) awscdk.IStackSynthesizer {
	if stage.Local {
		return awscdk.NewCliCredentialsStackSynthesizer(&awscdk.CliCredentialsStackSynthesizerProps{
			FileAssetsBucketName: new(deploy.LocalAssets),
		})
	}
	return awscdk.NewDefaultStackSynthesizer(nil)
}

// removal is what becomes of a resource when its stack lets go of it. One whose first creation failed goes, kept or not: it is
// empty, and its name would stand in the way of the next try.
func (s Stage) removal() awscdk.RemovalPolicy {
	if s.Keep {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}

// texts and list are Go's maps and slices as jsii wants them.

func texts(m map[string]string) *map[string]*string {
	out := make(map[string]*string, len(m))
	for k, v := range m {
		out[k] = &v
	}
	return &out
}

func list(items []string) *[]*string {
	out := make([]*string, 0, len(items))
	for _, item := range items {
		out = append(out, &item)
	}
	return &out
}

// title makes a construct's id of a name: "by-category" becomes "ByCategory".
func title(name string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
