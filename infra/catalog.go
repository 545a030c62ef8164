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

// shown is the folder of the images that passed. Nothing else of the bucket is for others to see.
const shown = "images"

// catalog has the bucket of images. What is uploaded to it goes to the queue of catalog-image.
func catalog(r *room) error {
	files := r.files(folder{"uploads", imageUploadDays})
	if r.stage.Local {
		r.set("IMAGES_URL", r.stage.Stands.AWS+"/"+r.stage.filesBucket(r.context)+"/"+shown)
	} else {
		r.set("IMAGES_URL", "https://"+*r.imageEdge(files).DistributionDomainName())
	}
	if err := r.functions(); err != nil {
		return err
	}
	r.announce(files, "uploads", r.queues["image"])
	return nil
}

// imageEdge shows the images to the world, and no other file of the bucket: its folder is the root of what CloudFront
// sees. Browsers are told to take a file for what its type says and for nothing else.
func (r *room) imageEdge(files awss3.Bucket) awscloudfront.Distribution {
	// By its name alone, else CDK would let CloudFront read the whole bucket.
	named := awss3.Bucket_FromBucketAttributes(r.stack, new("ImageFiles"), &awss3.BucketAttributes{
		BucketArn: files.BucketArn(), BucketRegionalDomainName: files.BucketRegionalDomainName(),
	})
	edge := awscloudfront.NewDistribution(r.stack, new("Images"), &awscloudfront.DistributionProps{
		Comment: new("Rialto " + r.stage.Name + ": images"),
		DefaultBehavior: &awscloudfront.BehaviorOptions{
			Origin:                awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(named, &awscloudfrontorigins.S3BucketOriginWithOACProps{OriginPath: new("/" + shown)}),
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_HTTPS_ONLY,
			CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
			ResponseHeadersPolicy: awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS(),
		},
		HttpVersion: awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:  awscloudfront.PriceClass_PRICE_CLASS_ALL,
	})
	files.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("cloudfront.amazonaws.com"), nil)},
		Actions:    list([]string{"s3:GetObject"}),
		Resources:  &[]*string{new(*files.BucketArn() + "/" + shown + "/*")},
		Conditions: &map[string]any{"StringEquals": map[string]any{
			"AWS:SourceArn": "arn:aws:cloudfront::" + r.stage.account() + ":distribution/" + *edge.DistributionId(),
		}},
	}))
	return edge
}
