package infra

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsopensearchservice"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssagemaker"

	"rialto/functions/contract"
)

// search has the domain of its indexes and the encoder of texts.
func search(c *contextStack) error {
	c.domain()
	c.provide(contract.Encode, c.encoder())
	return c.functions()
}

// domain is reached over HTTPS with requests signed by a role of this account; the domain's own
// policy leaves it to IAM which role. (It cannot name the roles: it refuses those that do not exist yet.) Whoever searches may
// send the two requests that search: what the public can reach holds no right to write.
func (c *contextStack) domain() {
	if c.stage.Local {
		local := granted{env: map[string]string{"SEARCH_URL": c.stage.Endpoints.Search}}
		c.provide(contract.Search, local)
		c.provide(contract.Admin, local)
		c.provide(contract.Warm, local)
		return
	}
	name, size := c.stage.prefix()+"products", c.stage.Index
	anyPath := c.stage.arn("es", "domain/"+name+"/*")
	methods := []string{"es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"}
	cluster := &awsopensearchservice.CfnDomain_ClusterConfigProperty{
		InstanceCount: &size.DataNodes, InstanceType: &size.DataType,
	}
	if size.DataNodes > 1 {
		cluster.ZoneAwarenessEnabled = new(true)
		cluster.ZoneAwarenessConfig = &awsopensearchservice.CfnDomain_ZoneAwarenessConfigProperty{AvailabilityZoneCount: new(float64(len(c.stage.Zones)))}
	}
	if size.MasterNodes > 0 {
		cluster.DedicatedMasterEnabled = new(true)
		cluster.DedicatedMasterCount, cluster.DedicatedMasterType = &size.MasterNodes, &size.MasterType
	}
	domain := awsopensearchservice.NewCfnDomain(c.stack, new("Domain"), &awsopensearchservice.CfnDomainProps{
		DomainName:    &name,
		EngineVersion: new("OpenSearch_2.19"),
		ClusterConfig: cluster,
		EbsOptions: &awsopensearchservice.CfnDomain_EBSOptionsProperty{
			EbsEnabled: new(true), VolumeType: new("gp3"), VolumeSize: &size.GB,
		},
		DomainEndpointOptions: &awsopensearchservice.CfnDomain_DomainEndpointOptionsProperty{
			EnforceHttps: new(true), TlsSecurityPolicy: new("Policy-Min-TLS-1-2-PFS-2023-10"),
		},
		EncryptionAtRestOptions:     &awsopensearchservice.CfnDomain_EncryptionAtRestOptionsProperty{Enabled: new(true)},
		NodeToNodeEncryptionOptions: &awsopensearchservice.CfnDomain_NodeToNodeEncryptionOptionsProperty{Enabled: new(true)},
		AccessPolicies: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
			awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
				Principals: &[]awsiam.IPrincipal{awsiam.NewAccountRootPrincipal()},
				Actions:    list(methods), Resources: list([]string{anyPath}),
			}),
		}}),
	})
	// A new version of the engine is put in place, and not a new domain beside an old one of the same name.
	domain.CfnOptions().SetUpdatePolicy(&awscdk.CfnUpdatePolicy{EnableVersionUpgrade: new(true)})
	domain.ApplyRemovalPolicy(c.stage.removal(), nil)
	of := map[string]string{"DomainName": name, "ClientId": c.stage.account()}
	c.full("DomainRed", "domain-red", "an index of the domain has lost a part", "AWS/ES", "ClusterStatus.red", of, 1)
	c.full("DomainFull", "domain-full", "the domain's nodes have little memory left", "AWS/ES", "JVMMemoryPressure", of, fullPercent)
	c.full("DomainBlocked", "domain-blocked", "the domain takes no writes", "AWS/ES", "ClusterIndexWritesBlocked", of, 1)
	url := map[string]string{"SEARCH_URL": "https://" + *domain.AttrDomainEndpoint()}
	under := strings.TrimSuffix(anyPath, "*")
	c.provide(contract.Search, granted{
		allow: []permission{
			{actions: []string{"es:ESHttpPost"}, on: []string{under + "_msearch", under + "*/_search"}},
			{actions: []string{"es:ESHttpGet"}, on: []string{under + "products-*"}}, // what the indexes know: vectors, variants
		},
		env: url,
	})
	c.provide(contract.Warm, granted{
		allow: []permission{
			{actions: []string{"es:ESHttpGet"}, on: []string{under + "products-*/_settings/index.number_of_replicas"}},
			{actions: []string{"es:ESHttpPut"}, on: []string{under + "products-*/_settings"}},
		},
		env: url,
	})
	c.provide(contract.Admin, granted{allow: []permission{{actions: methods, on: []string{anyPath}}}, env: url})
}

// encoder is a serverless endpoint of SageMaker. Its image is that of functions/search/searchencoder/server, in a repository that
// infra/OPERATIONS.md says how to fill before the first deployment; a new one has a new tag, and so a new model here.
func (c *contextStack) encoder() granted {
	if c.stage.Local {
		return granted{env: map[string]string{"ENCODER_URL": c.stage.Endpoints.Encoder + "/invocations"}}
	}
	name, images := c.stage.prefix()+"encoder", c.stage.arn("ecr", "repository/"+c.stage.prefix()+"encoder")
	execution := role(c.stack, "RoleEncoder", "sagemaker.amazonaws.com", []permission{
		{actions: []string{"ecr:GetAuthorizationToken"}, on: []string{"*"}},
		{actions: []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"}, on: []string{images}},
	})
	model := awssagemaker.NewCfnModel(c.stack, new("EncoderModel"), &awssagemaker.CfnModelProps{
		ExecutionRoleArn: execution.RoleArn(),
		PrimaryContainer: &awssagemaker.CfnModel_ContainerDefinitionProperty{
			Image: new(fmt.Sprintf("%s.dkr.ecr.%s.amazonaws.com/%s:%s", c.stage.account(), c.stage.Region, name, encoderTag)),
		},
	})
	model.Node().AddDependency(execution)
	config := awssagemaker.NewCfnEndpointConfig(c.stack, new("EncoderConfig"), &awssagemaker.CfnEndpointConfigProps{
		ProductionVariants: &[]any{&awssagemaker.CfnEndpointConfig_ProductionVariantProperty{
			VariantName: new("all"), ModelName: model.AttrModelName(),
			ServerlessConfig: &awssagemaker.CfnEndpointConfig_ServerlessConfigProperty{
				MemorySizeInMb: new(encoderMB), MaxConcurrency: new(encodersAtOnce),
			},
		}},
	})
	awssagemaker.NewCfnEndpoint(c.stack, new("Encoder"), &awssagemaker.CfnEndpointProps{
		EndpointName: &name, EndpointConfigName: config.AttrEndpointConfigName(),
	})
	return granted{
		allow: []permission{{actions: []string{"sagemaker:InvokeEndpoint"}, on: []string{c.stage.arn("sagemaker", "endpoint/"+name)}}},
		env: map[string]string{
			"ENCODER_URL": fmt.Sprintf("https://runtime.sagemaker.%s.amazonaws.com/endpoints/%s/invocations", c.stage.Region, name),
		},
	}
}

// The encoder's image by its tag, and how large its environments are, and how many there may be.
const (
	encoderTag     = "all-minilm-l6-v2-q-1"
	encoderMB      = 2048.0
	encodersAtOnce = 50.0
)
