package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// How long an uploaded image is kept, in days: one that passes its check is copied at once, and others serve to see what
// was wrong.
const imageUploadDays = 1

// withheldDays is how long the files of an image that was taken down are kept: as long as catalog.Withheld.
const withheldDays = 190

// shown is the folder of the images that passed. Nothing else of the bucket is for others to see.
const shown = "images"

// catalog has the bucket of images of products, and reviews that of theirs.
func catalog(c *contextStack) error { return c.images(folder{"withheld", withheldDays}) }
func reviews(c *contextStack) error { return c.images() }

// images has a bucket of images. What is uploaded to it goes to the queue of the context's function image.
func (c *contextStack) images(others ...folder) error {
	files := c.files(append(others, folder{"uploads", imageUploadDays})...)
	if c.stage.Local {
		c.set("IMAGES_URL", c.stage.Endpoints.AWS+"/"+c.stage.filesBucket(c.context)+"/"+shown)
	} else {
		c.set("IMAGES_URL", "https://"+*c.imageEdge(files).DistributionDomainName())
	}
	if err := c.functions(); err != nil {
		return err
	}
	c.announce(files, "uploads", c.queues["image"])
	return nil
}

// imageEdge shows the images to the world, and no other file of the bucket: its folder is the root of what CloudFront
// sees. Browsers are told to take a file for what its type says and for nothing else.
func (c *contextStack) imageEdge(files awss3.Bucket) awscloudfront.Distribution {
	// By its name alone, else CDK would let CloudFront read the whole bucket.
	named := awss3.Bucket_FromBucketAttributes(c.stack, new("ImageFiles"), &awss3.BucketAttributes{
		BucketArn: files.BucketArn(), BucketRegionalDomainName: files.BucketRegionalDomainName(),
	})
	edge := awscloudfront.NewDistribution(c.stack, new("Images"), &awscloudfront.DistributionProps{
		Comment: new("Rialto " + c.stage.Name + ": images"),
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin: awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(named,
				&awscloudfrontorigins.S3BucketOriginWithOACProps{OriginPath: new("/" + shown)}),
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY,
			CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
			ResponseHeadersPolicy: awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS(),
		},
		HttpVersion: awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:  awscloudfront.PriceClass_PRICE_CLASS_ALL,
		WebAclId:    imageFirewall(c.stack, c.stage, c.context).AttrArn(),
	})
	files.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("cloudfront.amazonaws.com"), nil)},
		Actions:    list([]string{"s3:GetObject"}),
		Resources:  &[]*string{new(*files.BucketArn() + "/" + shown + "/*")},
		Conditions: &map[string]any{"StringEquals": map[string]any{
			"AWS:SourceArn": "arn:aws:cloudfront::" + c.stage.account() + ":distribution/" + *edge.DistributionId(),
		}},
	}))
	return edge
}
