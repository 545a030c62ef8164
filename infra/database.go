package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

const (
	databaseUser = "rialto"     // owns the schema
	databaseRole = "rialto_app" // reads and writes rows, as the function migrate lets it
	databasePort = 5432
	backupDays   = 14
)

// database is Aurora PostgreSQL behind a proxy, which keeps a burst of functions from exhausting its connections. Functions show the
// proxy who they are by IAM, and it knows the passwords of the two roles that they may log in as: the first return value is as the one that
// reads and writes rows, the other as the owner.
func (c *contextStack) database() (rows, owner granted) {
	if c.stage.Local {
		local := granted{env: map[string]string{"DATABASE_URL": c.stage.Endpoints.SQL}}
		return local, local
	}
	server, client := c.guarded("Database", databasePort)
	cluster := awsrds.NewDatabaseCluster(c.stack, new("Database"), &awsrds.DatabaseClusterProps{
		ClusterIdentifier: new(c.stage.prefix() + "customers"),
		Engine: awsrds.DatabaseClusterEngine_AuroraPostgres(&awsrds.AuroraPostgresClusterEngineProps{
			Version: awsrds.AuroraPostgresEngineVersion_VER_16_9(),
		}),
		Credentials:             awsrds.Credentials_FromGeneratedSecret(new(databaseUser), nil),
		DefaultDatabaseName:     new(databaseUser),
		Vpc:                     c.shared.network.vpc,
		VpcSubnets:              isolated(),
		SecurityGroups:          &[]awsec2.ISecurityGroup{server},
		ServerlessV2MinCapacity: &c.stage.Database.Min,
		ServerlessV2MaxCapacity: &c.stage.Database.Max,
		Writer:                  awsrds.ClusterInstance_ServerlessV2(new("Writer"), nil),
		Readers:                 c.readers(),
		StorageEncrypted:        new(true),
		DeletionProtection:      new(c.stage.Keep),
		RemovalPolicy:           c.stage.removal(),
		Backup:                  &awsrds.BackupProps{Retention: awscdk.Duration_Days(new(float64(backupDays)))},
	})
	login := awssecretsmanager.NewSecret(c.stack, new("DatabaseLogin"), &awssecretsmanager.SecretProps{
		Description: new("what the proxy logs in with as the role of functions; the function migrate gives the role this password"),
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
			SecretStringTemplate: new(`{"username": "` + databaseRole + `"}`), GenerateStringKey: new("password"), ExcludePunctuation: new(true),
		},
	})
	proxy := cluster.AddProxy(new("Proxy"), &awsrds.DatabaseProxyOptions{ // without a name of ours: it holds nothing, and may be replaced
		Secrets:        &[]awssecretsmanager.ISecret{cluster.Secret(), login},
		IamAuth:        new(true),
		Vpc:            c.shared.network.vpc,
		VpcSubnets:     isolated(),
		SecurityGroups: &[]awsec2.ISecurityGroup{server},
		RequireTLS:     new(true),
	})
	c.sql = []scope{cluster, proxy}
	c.full("DatabaseFull", "database-full", "the database is at its largest", "AWS/RDS", "ACUUtilization",
		map[string]string{"DBClusterIdentifier": *cluster.ClusterIdentifier()}, fullPercent)
	c.full("ProxyPinned", "proxy-pinned", "sessions of the database's proxy are pinned", "AWS/RDS", "DatabaseConnectionsCurrentlySessionPinned",
		map[string]string{"ProxyName": *proxy.DbProxyName()}, pinnedSessions)
	// IAM knows the proxy by its own id, the last part of its ARN
	// (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html).
	id := *awscdk.Fn_Select(new(6.0), awscdk.Fn_Split(new(":"), proxy.DbProxyArn(), nil))
	as := func(user string) granted {
		return granted{
			allow:  []permission{{actions: []string{"rds-db:connect"}, on: []string{c.stage.arn("rds-db", "dbuser:"+id+"/"+user)}}},
			env:    map[string]string{"DATABASE_HOST": *proxy.Endpoint(), "DATABASE_USER": user},
			groups: []awsec2.ISecurityGroup{client},
		}
	}
	rows, owner = as(databaseRole), as(databaseUser)
	owner.allow = append(owner.allow, permission{actions: []string{"secretsmanager:GetSecretValue"}, on: []string{*login.SecretArn()}})
	owner.env["DATABASE_LOGIN_ARN"] = *login.SecretArn()
	return rows, owner
}

// readers is one that grows with the writer, to take over from it, where data must stay available.
func (c *contextStack) readers() *[]awsrds.IClusterInstance {
	if !c.stage.Keep {
		return nil
	}
	return &[]awsrds.IClusterInstance{awsrds.ClusterInstance_ServerlessV2(new("Reader"),
		&awsrds.ServerlessV2ClusterInstanceProps{ScaleWithWriter: new(true)})}
}
