package infra

import (
	"fmt"
	"slices"
	"strings"

	"rialto/functions/contract"
)

// grant turns one of the contract's grants into permissions and settings. Names are enough for most; the rest a
// context's file has provided.
func (c *contextStack) grant(g contract.Grant) (granted, error) {
	if own, ok := c.provided[g.Access]; ok {
		return own, nil
	}
	if lent, ok := c.shared.lent[g]; ok {
		return lent, nil
	}
	s := c.stage
	switch g.Access {
	case contract.Read, contract.Write, contract.Scan, contract.Append:
		return c.tableGrant(g)
	case contract.Send:
		return granted{
			allow: []permission{{actions: []string{"sqs:SendMessage"}, on: []string{s.queueARN(g.Name)}}},
			env:   map[string]string{"QUEUE_" + setting(g.Name): s.queueURL(g.Name)},
		}, nil
	case contract.Publish:
		return granted{
			allow: []permission{{actions: []string{"sns:Publish"}, on: []string{s.topicARN(g.Name)}}},
			env:   map[string]string{"TOPIC_ARN": s.topicARN(g.Name)},
		}, nil
	case contract.Start:
		return granted{ // of an alias, too, IAM asks for the machine (docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html)
			allow: []permission{{actions: []string{"states:StartSyncExecution"}, on: []string{s.machineARN(g.Name)}}},
			env:   map[string]string{"MACHINE_" + setting(g.Name): s.qualified(s.machineARN(g.Name))},
		}, nil
	case contract.Invoke:
		return granted{
			allow: []permission{{actions: []string{"lambda:InvokeFunction"}, on: []string{s.invokeARN(g.Name)}}},
			env:   map[string]string{"FUNCTION_" + setting(g.Name): s.qualified(s.functionName(g.Name))},
		}, nil
	case contract.Record:
		return granted{
			allow: []permission{{actions: []string{"kinesis:PutRecord"}, on: []string{s.recordsARN(g.Name)}}},
			env:   map[string]string{"STREAM": s.recordsName(g.Name)},
		}, nil
	case contract.ListObjects:
		return granted{
			allow: []permission{{actions: []string{"s3:ListBucket"}, on: []string{s.filesARN(c.context)}}},
			env:   map[string]string{"FILES_BUCKET": s.filesBucket(c.context)},
		}, nil
	case contract.GetObject, contract.PutObject, contract.DeleteObject:
		action := map[contract.Access]string{contract.GetObject: "s3:GetObject", contract.PutObject: "s3:PutObject",
			contract.DeleteObject: "s3:DeleteObject"}[g.Access]
		return granted{
			allow: []permission{{actions: []string{action}, on: []string{s.filesARN(c.context) + "/" + g.Name + "/*"}}},
			env:   map[string]string{"FILES_BUCKET": s.filesBucket(c.context)},
		}, nil
	}
	return granted{}, fmt.Errorf("grant %s %s: infra/%s.go provides nothing for it", g.Access, g.Name, c.context)
}

// tableGrant lists the actions that the grant's own comment promises. A transaction needs no action of its own:
// IAM asks for those of its parts.
func (c *contextStack) tableGrant(g contract.Grant) (granted, error) {
	all := contract.Tables()
	i := slices.IndexFunc(all, func(t contract.Table) bool { return t.Name == g.Name })
	if i < 0 {
		return granted{}, fmt.Errorf("grant %s %s: there is no such table", g.Access, g.Name)
	}
	on := []string{c.stage.tableARN(g.Name)}
	if g.Access == contract.Write {
		return granted{allow: []permission{{
			actions: []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, on: on,
		}}}, nil
	}
	if g.Access == contract.Append {
		return granted{allow: []permission{{actions: []string{"dynamodb:PutItem"}, on: on}}}, nil
	}
	if g.Access == contract.Scan {
		return granted{allow: []permission{{actions: []string{"dynamodb:Scan"}, on: on}}}, nil
	}
	reads := permission{actions: []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}, on: on}
	if len(all[i].Indexes) == 0 {
		return granted{allow: []permission{reads}}, nil
	}
	var indexes []string
	for _, index := range all[i].Indexes {
		indexes = append(indexes, c.stage.indexARN(g.Name, index.Name))
	}
	return granted{allow: []permission{reads, {actions: []string{"dynamodb:Query"}, on: indexes}}}, nil // an index takes no other read
}

// setting is a name as it stands in an environment variable.
func setting(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }
